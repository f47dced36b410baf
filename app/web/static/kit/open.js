// On the pages that ask for a code and those that it opens: the messages come in this page's place, and what is pressed in them is held
// where the rest of the kit has not come yet.

import { leave, leaving, shown } from "./start.js"

// The messages come as the answer to their code and stand in this page's place: on a slow line half the wait of a post that only leads to
// them. A script's post is in no history, so nothing can send the code again; whatever goes wrong, the browser posts as without a script.
addEventListener("submit", (event) => {
  const { target: form, submitter } = event
  const does = Object.keys(PRESSES).find((which) => form.matches(which))
  if (event.defaultPrevented || !does || PRESSES[does](form, submitter) === false) return
  event.preventDefault()
})

/** The code that was typed in this visit: in the memory of this page alone, and no longer than the server keeps messages open. */
export const visit = {
  keep(code) {
    visit.code = code
    setTimeout(forget, 900_000)
  },
}
const forget = () => (visit.code = "")
addEventListener("pagehide", forget)

/** An answer of ours in place of this page; null for another, such as that of a hotspot's owner. Whoever left sees none. */
export function turnTo(page, address) {
  if (!page.querySelector("main#top")) return null
  if (leaving.signal.aborted) return page
  history.replaceState(null, "", address)
  document.body.replaceWith(document.adoptNode(page.body))
  scrollTo(0, 0)
  const first = document.querySelector("#wrong, h1")
  first.tabIndex = -1
  first.focus()
  return page
}

async function open(form) {
  const button = form.querySelector("button")
  button.disabled = true
  try {
    const asked = { method: "POST", body: new URLSearchParams(new FormData(form)), signal: leaving.signal }
    const page = new DOMParser().parseFromString(await (await fetch(form.action, asked)).text(), "text/html")
    const typed = form.receipt.value
    if (!turnTo(page, form.action)) throw new Error("another page")
    if (!document.getElementById("receipt")) visit.keep(typed)
    soon()
  } catch {
    button.disabled = false
    if (!leaving.signal.aborted) form.submit()
  }
}

// What is pressed in open messages may wait here on a dead line: ready at once where the kit is, elsewhere for whoever begins to write.
// Whoever closes them writes nothing.
const INSIDE = "form[action*='/inbox/']:not([action$=leave]), [data-waits]"
const inbox = () => import("./inbox.js")
addEventListener("focusin", ({ target }) => target.closest(INSIDE) && inbox().catch(() => {}))
const soon = () => navigator.serviceWorker?.controller && document.querySelector(INSIDE) && shown().then(inbox).catch(() => {})

// Pressed before that, it is tried again for a while, as it stood in the form then. Where nothing comes the page stays as it is, with all
// that was typed, and says so; from there on nothing goes without another press.
function press(form, submitter) {
  const held = document.getElementById("held")
  // An older browser does not tell which of several buttons it was.
  if (!held || (!submitter && form.querySelector("button[name]"))) return false
  const fields = (form.pressed = [...new FormData(form)])
  const hold = (slow) => {
    if (form.pressed !== fields) return
    form.pressed = null
    const [takesLong, dead, danger, numbers] = held.children
    takesLong.hidden = !slow
    dead.hidden = slow
    danger.hidden = !fields.some(([name]) => name === "danger")
    numbers.hidden &&= danger.hidden
    form.append(held)
    held.hidden = false
    held.focus()
  }
  const late = setTimeout(() => hold(navigator.onLine), 8000)
  inbox()
    .finally(() => clearTimeout(late))
    .then(({ press }) => form.pressed === fields && press(form, submitter, fields))
    .catch(() => hold(false))
}

// By which form it is. On a line that is down closing leads to where the way out does.
const PRESSES = {
  "[data-open]": open,
  "[action$='/inbox/leave']": (form) => void leave(navigator.onLine ? form : document.querySelector(".leave").href),
  [INSIDE]: press,
}

if (document.readyState === "complete") soon()
else addEventListener("load", soon)
