// Open messages on a line that is down: what is pressed there waits on this phone, sealed with the code in it, as reports do.
// Which of what waits is a message, whose, and whether it tells of danger, only the memory of this page knows.

import { knownKit, newestKit } from "./keys.js"
import { sendAll, wakeLater } from "./outbox.js"
import { within } from "./patience.js"
import { checkDigit } from "./receipt.js"
import { newId, sealReport, warmUp } from "./seal.js"
import { drop, find, keep } from "./store.js"
import { MAY_WAIT, plainly, turnTo, visit } from "./start.js"

const ANSWERS_WITHIN = 20_000 // milliseconds: whoever looks at a button that does nothing presses it again
const AGAIN = 20_000
const language = document.documentElement.lang
const DIGITS = 20
// Of the page and of its session: of no use in a seal, or there already.
const LEFT_OUT = ["act", "form_token", "receipt"]

// What waits as long as this page is open: what its form told, by submission.
const waiting = new Map()
let words
/** The key to seal to, once all is here that is needed where the line is down; null where it cannot wait here. */
export const ready = prepare()

/** What is needed where the line is down: the words for it, the key, and a first seal, which takes longest. */
async function prepare() {
  try {
    const answer = await fetch(`/${language}/unsent`, { credentials: "omit" })
    words = new DOMParser().parseFromString(await answer.text(), "text/html")
  } catch {
    return null
  }
  const kit = (await newestKit()) ?? (await knownKit())
  // A server of before takes no messages.
  if (!kit?.takes?.includes("inbox")) return null
  await warmUp(kit)
  return kit
}

const copyOf = (name) => document.importNode(words.getElementById(name).content, true)

/** Somebody pressed a button: sent where there is a line, else kept. */
export async function press(form, submitter) {
  const fields = [...new FormData(form)]
  if (submitter?.name) fields.push([submitter.name, submitter.value])
  const told = { act: form.action.split("/").pop(), ...Object.fromEntries(fields) }
  const waits = MAY_WAIT.includes(told.act) && (told.act !== "consent" || told.consent === "nobody")
  await ready
  if (!words?.getElementById("waits") || (!waits && navigator.onLine)) return plainly(form, submitter)
  if (!waits) return told.act === "leave" ? document.querySelector(".leave").click() : say("not-kept")
  const label = submitter?.textContent
  const rest = (resting) => {
    for (const button of form.querySelectorAll("button")) button.disabled = resting
    if (submitter) submitter.textContent = resting ? copyOf("sending").textContent : label
  }
  rest(true)
  try {
    if (!(navigator.onLine && (await sent(form, fields, told)))) await lay({ form, fields, told })
  } catch {
    say("not-kept", told)
  } finally {
    rest(false)
  }
}

/** Whether the server answered; then its page stands here. What it did, although its answer was lost, it does not do again. */
async function sent(form, fields, told) {
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields), signal: within(ANSWERS_WITHIN) })
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    if (!turnTo(page, answer.url)) return false
  } catch {
    return false
  }
  if (document.getElementById("receipt")) visit.keep("")
  else visit.keep(told.receipt ?? visit.code)
  const place = told.danger ? "#danger" : told.act === "stop" ? "#top" : "#thread"
  if (!document.querySelector("#wrong, #said")) document.querySelector(place)?.scrollIntoView()
  if (waiting.size) show()
  void drain()
  return true
}

/** Seal it with the code and keep it, and say that it is not sent. */
async function lay(pressed) {
  const { form, fields, told } = pressed
  const kit = await ready
  if (!kit) return say("not-kept", told)
  if (told.act === "write" && !/[\p{L}\p{N}\p{P}\p{S}]/u.test(told.words)) return say("empty", told)
  if ([...(told.words ?? "")].length > Number(words.getElementById("too-long").dataset.longest)) return say("too-long", told)
  const receipt = digitsOf(told.receipt ?? visit.code)
  if (!receipt) return askForCode(pressed)
  const submission = newId()
  const inbox = [["act", told.act], ...fields.filter(([name]) => !LEFT_OUT.includes(name))]
  await keep(await sealReport(kit, { submission, receipt, lang: language, fields: [], inbox }))
  waiting.set(submission, told)
  form.reset()
  form.closest("details")?.removeAttribute("open")
  show()
  lookAgain()
  void wakeLater()
}

/** The twenty digits of a code, whichever script they are written in; nothing where one is mistyped. */
function digitsOf(typed) {
  const digits = [...typed.matchAll(/\p{Nd}/gu)].map(([sign]) => {
    let first = sign.codePointAt(0)
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1
    return (sign.codePointAt(0) - first) % 10
  }).join("")
  return digits.length === DIGITS && checkDigit(digits.slice(0, -1)) === digits.at(-1) ? digits : ""
}

function askForCode(pressed) {
  const form = say("code", pressed.told).querySelector("form")
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    visit.keep(form.elements.code.value)
    if (digitsOf(visit.code)) void lay(pressed).catch(() => say("not-kept", pressed.told))
    else form.querySelector("[data-say]").hidden = false
  })
  form.elements.code.focus()
}

/** Say something above the messages, in place of what was said before. */
function say(name, { danger, country } = {}) {
  document.getElementById("phone-says")?.remove()
  const place = Object.assign(document.createElement("div"), { id: "phone-says", tabIndex: -1 })
  place.append(copyOf(name))
  for (const part of place.querySelectorAll(".if-danger")) part.hidden = !danger
  const there = place.querySelector(`[data-country="${country}"]`)
  for (const part of there ? place.querySelectorAll("[data-country]") : []) part.hidden = part !== there
  // Whoever left meanwhile sees nothing of it.
  document.getElementById("top")?.prepend(place)
  place.focus()
  scrollTo(0, 0)
  return place
}

/** What waits, what was refused, or that all of it was sent. */
function show() {
  const all = [...waiting.values()]
  const danger = all.some((each) => each.danger)
  const place = say(!all.length ? "sent" : all.some(({ reason }) => !reason) ? "waits" : "refused", { danger, country: all[0]?.country })
  const reasons = new Set(all.map(({ reason }) => reason))
  for (const part of place.querySelectorAll("[data-reason]")) part.hidden = !reasons.has(part.dataset.reason)
  for (const each of all) {
    const line = document.createElement("li")
    line.append(copyOf("acts").querySelector(`[data-act=${each.act}]`))
    if (each.words) line.append(Object.assign(document.createElement("blockquote"), { dir: "auto", textContent: each.words }))
    place.querySelector("ul").append(line)
  }
  return place
}

addEventListener("click", async ({ target }) => {
  if (target.closest("[data-do=send-now]")) {
    await drain(true)
    if (waiting.size) show().querySelector("[data-say=tried]").hidden = false
  } else if (target.closest("[data-do=drop-now]")) {
    for (const submission of waiting.keys()) await drop(submission)
    waiting.clear()
    document.getElementById("phone-says").remove()
  }
})

let again

function lookAgain() {
  clearTimeout(again)
  again = setTimeout(() => void drain(), AGAIN)
}

async function drain(asked = false) {
  if (!waiting.size) return
  await sendAll({ asked }).catch(() => {})
  if (waiting.size) lookAgain()
}

addEventListener("online", () => void drain())

// Whoever sends it, this page or another: each says so.
new BroadcastChannel("outbox").addEventListener("message", async ({ data: { submission, state } }) => {
  const mine = waiting.get(submission)
  if (!mine || state === "later") return
  if (state === "kept") waiting.delete(submission)
  else mine.reason = (await find(submission))?.reason
  show()
})
