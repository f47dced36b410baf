// One question at a time: the same form, all of it there, with every question hidden but one. Nothing is made anew, so nothing can be lost.

import { copyOf } from "./screen.js"

let form
let questions
let on = false // one at a time
let at = 0
let deep = 0 // steps of this page in the history of the browser
let bar, ways, turn

/** Begin with the first question, or with the one that has a mistake; where somebody is at work already, only offer it. */
export function offerSteps(found) {
  form = found
  questions = [...form.querySelectorAll(":scope > fieldset")]
  bar = part("steps-bar")
  ways = part("steps-ways")
  turn = part("steps-turn")
  questions[0].before(bar)
  questions.at(-1).after(ways)
  press(ways, "before", () => (deep ? history.back() : show(at - 1)))
  press(ways, "next", next)
  press(turn, "one", () => begin(0))
  press(turn, "all", () => set(false))
  deep = history.state?.deep ?? 0
  addEventListener("popstate", ({ state }) => cameBack(state))
  // Enter in a line presses the form's first button, as if all was said.
  document.addEventListener("submit", (event) => {
    if (!on || !event.submitter?.matches(".trap") || at === questions.length - 1) return
    event.preventDefault()
    event.stopPropagation()
    next()
  }, true)
  document.addEventListener("click", (event) => {
    const field = form.querySelector(event.target.closest("main a[href^='#']")?.hash || "#_")
    if (!field) return
    // The address stays as it is: each change of it would be a step more in the history.
    event.preventDefault()
    bringUp(field.id)
    if (field.matches("fieldset")) field.tabIndex = -1
    field.focus()
  })
  const wrong = questions.findIndex((each) => each.matches("[aria-invalid]") || each.querySelector("[aria-invalid]"))
  if (wrong >= 0) at = wrong
  set(wrong >= 0 || !(isBegun() || location.search))
}

/** Show the question that this field belongs to. */
export function bringUp(id) {
  const wanted = questions?.findIndex((each) => id && (each.id === id || each.querySelector(`[id="${CSS.escape(id)}"]`)))
  if (on && wanted >= 0 && wanted !== at) go(wanted)
}

function part(name) {
  const made = document.createElement("div")
  made.append(copyOf(name))
  return made
}

const press = (place, what, act) => place.querySelector(`[data-do=${what}]`).addEventListener("click", act)

/** Whether somebody is in the middle of the form: then nothing moves by itself. */
const isBegun = () =>
  form.contains(document.activeElement) || scrollY > 50 ||
  [...new FormData(form)].some(([name, value]) => value && name !== "token" && name !== "site_code")

function begin(question) {
  at = question
  set(true)
  look()
}

function set(whether) {
  on = whether
  draw()
}

function next() {
  go(at + 1)
  look()
}

function go(question) {
  deep += 1
  at = question
  history.pushState({ at, deep }, "")
  draw()
}

/** The browser's own way back leads to the question before. */
function cameBack(state) {
  deep = state?.deep ?? 0
  // The code stands where the form was: no press on Back is to be without effect.
  if (deep && !form.isConnected) return history.go(-deep)
  show(state?.at ?? 0)
}

function show(question) {
  at = question
  draw()
  if (on) look()
}

/** Hide and show as things are now. */
function draw() {
  questions.forEach((each, index) => (each.hidden = on && index !== at))
  const last = at === questions.length - 1
  for (const each of document.querySelectorAll("main > h1, main > h1 + p, main > h1 + p + details")) each.hidden = on && at > 0
  form.querySelector(":scope > button:not(.trap)").hidden = on && !last
  bar.hidden = ways.hidden = !on
  const count = bar.querySelector("p")
  count.dataset.words ??= count.textContent
  count.textContent = count.dataset.words.replace("{number}", at + 1).replace("{all}", questions.length)
  Object.assign(bar.querySelector("progress"), { max: questions.length, value: at + 1 })
  ways.querySelector("[data-do=before]").hidden = at === 0
  ways.querySelector("[data-do=next]").hidden = last
  for (const each of turn.querySelectorAll("button")) each.hidden = each.dataset.do === (on ? "one" : "all")
  if (on) form.after(turn)
  else form.before(turn)
}

/** Let eyes and screen readers begin with the question. */
function look() {
  const heading = questions[at].querySelector("legend")
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
  if (at) bar.scrollIntoView()
  else scrollTo(0, 0)
}
