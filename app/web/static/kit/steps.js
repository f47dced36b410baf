// One question at a time: the same form, all of it there, with every question hidden but one. Nothing is made anew, so nothing can be lost.

import { copyOf, heedDanger, language } from "./screen.js"

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
  heedDanger(form)
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
  stop()
  dispatchEvent(new Event("turn"))
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

// Each is read aloud by the phone's own speech. Only a voice that lives on the phone: others send the words to whoever makes them.

const speech = self.speechSynthesis
const own = (tag) => tag.toLowerCase().split(/[-_]/)[0]
let now = null // what is being read: its button

const voice = () => speech.getVoices().find((each) => each.localService === true && own(each.lang) === own(language))

/** A button at each question, as soon as there is a voice for it; the list of voices comes late on many phones. */
export function offerSpeech(form) {
  if (!speech?.getVoices) return
  if (voice()) return offer(form)
  speech.addEventListener?.("voiceschanged", () => voice() && !form.querySelector("[data-do=say]") && offer(form))
}

function offer(form) {
  for (const question of form.querySelectorAll(":scope > fieldset")) {
    question.querySelector("legend").after(button("say", () => wordsOf(question)))
  }
  const words = form.elements.words
  words.after(button("say-mine", () => [words.value]))
  // A voice goes on when its page is gone, and it is heard by whoever stands there.
  addEventListener("click", ({ target }) => target.closest("a") && stop(), { capture: true })
  addEventListener("pagehide", stop)
  document.addEventListener("visibilitychange", () => document.hidden && stop())
  form.addEventListener("submit", stop)
}

function button(name, words) {
  const place = document.createElement("p")
  place.append(copyOf(name))
  const made = place.querySelector("button")
  made.addEventListener("click", () => (now?.made === made ? stop() : say(made, words())))
  return place
}

/** What stands in a question, line by line; never what somebody wrote into it. */
function wordsOf(question) {
  const lines = [...question.querySelectorAll("legend, .hint, .say, .pick span, .tile span, .line")]
  return lines.filter((each) => !each.closest("[hidden], #kit-draft, #kit-files")).map((each) => each.textContent.replace(/^\s*\d+/, ""))
}

function say(made, lines) {
  stop()
  const said = lines.filter((each) => each.trim())
  if (!said.length) return
  const mine = { made }
  mark(mine, true)
  // One after the other, each short: some phones stop in the middle of a long text.
  said.forEach((line, index) => {
    const utterance = Object.assign(new SpeechSynthesisUtterance(line), { voice: voice(), lang: language })
    const done = () => now === mine && stop()
    utterance.onerror = done
    if (index === said.length - 1) utterance.onend = done
    speech.speak(utterance)
  })
}

function stop() {
  if (!now) return
  mark(now, false)
  speech.cancel()
}

function mark(read, speaking) {
  now = speaking ? read : null
  for (const each of read.made.children) each.hidden = (each.dataset.part === "stop") !== speaking
}
