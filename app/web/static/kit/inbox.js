// Open messages on a line that is down: what is pressed there waits on this phone, sealed with the code in it, as reports do.
// Which of what waits is a message, whose, and whether it tells of danger, only the memory of this page knows.

import { sendAll, wakeLater, within } from "./outbox.js"
import { knownKit, newestKit, newId, sealReport, warmUp } from "./seal.js"
import { nearFirst, saidAt } from "./screen.js"
import { digitsOf, dropStage, isStageOf, keepStage } from "./stage.js"
import { all, drop, find, keep } from "./store.js"
import { turnTo, visit } from "./open.js"

const ANSWERS_WITHIN = 20_000 // milliseconds: whoever looks at a button that does nothing presses it again
const AGAIN = 20_000
const language = document.documentElement.lang
// What tells something, and what protects.
const MAY_WAIT = ["write", "worse", "answer", "stop", "do-not-ask", "consent"]
// What is read one after the other, and so has to arrive that way. What protects waits for nothing.
const TELLS = ["write", "worse", "answer"]
// Of the page and of its session: of no use in a seal, or there already.
const LEFT_OUT = ["act", "form_token", "receipt"]

// What waits as long as this page is open: what its form told, by submission.
const waiting = new Map()
// By the code of the messages: the first submission of theirs that waited here, under which the others follow it.
const threads = new Map()
let words
/** The key to seal to, once all is here that is needed where the line is down; null where it cannot wait here. */
export const ready = prepare()
// Whoever opened nothing but messages here gets the rest of the kit too: what waits so goes out by itself, and is seen without a network.
void ready.then(() => navigator.serviceWorker?.register("/sw.js", { type: "module" })).catch(() => {})

/** What is needed where the line is down: the words for it, the key, and a first seal, which takes longest. */
async function prepare() {
  try {
    const answer = await fetch(`/${language}/unsent`, { credentials: "omit", signal: within(ANSWERS_WITHIN) })
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    if (page.getElementById("waits")) words = page
  } catch {
    // Below.
  }
  if (!words) return null
  void offerStage().catch(() => {})
  const kit = (await newestKit()) ?? (await knownKit())
  // A server of before takes no messages.
  if (!kit?.takes?.includes("inbox")) return null
  await warmUp(kit)
  return kit
}

const copyOf = (name) => document.importNode(words.getElementById(name).content, true)

/**
 * Somebody pressed a button: sent where there is a line, else kept. `open.js` hears it, and waits for this where it has not come yet.
 * `pressed` is what stood in the form then, whatever stands there by now.
 */
export async function press(form, submitter, pressed) {
  const act = form.elements.act?.value ?? form.action.split("/").pop()
  // Pressed once more while this came, or while it works.
  if (form.querySelector("button:disabled")) return
  document.getElementById("held").hidden = true
  const fields = [...pressed]
  if (submitter?.name) fields.push([submitter.name, submitter.value])
  const told = { ...Object.fromEntries(fields), act }
  const waits = MAY_WAIT.includes(act) && (act !== "consent" || told.consent === "nobody")
  const label = submitter?.textContent
  const rest = (resting, said = label) => {
    for (const button of form.querySelectorAll("button")) button.disabled = resting
    if (submitter) submitter.textContent = said
  }
  rest(true)
  try {
    // The browser's own post loses what was typed where the line only seems to be there.
    const reached = async () => navigator.onLine && (await newestKit())
    if (!waits && (await reached())) return plainly(form, fields)
    await ready
    if (!words && (await reached())) return plainly(form, fields)
    if (!words) throw new Error("nothing here can say it")
    if (!waits) return say("not-kept", told)
    rest(true, copyOf("sending").textContent)
    if (!navigator.onLine || (await isNotNext(told)) || !(await sent(form, fields, told))) await lay({ form, fields, told })
  } catch (failure) {
    if (!words) throw failure
    say("not-kept", told)
  } finally {
    rest(false)
  }
}

/** As without a script, with what was pressed: `submit` asks no listener. */
function plainly({ action }, fields) {
  const plain = Object.assign(document.createElement("form"), { method: "post", action, hidden: true })
  plain.append(...fields.map(([name, value]) => Object.assign(document.createElement("input"), { type: "hidden", name, value })))
  document.body.append(plain)
  plain.submit()
}

const inLine = ({ act, danger }) => TELLS.includes(act) && !danger

/** Whether something that was written before it still waits here, after one more try. */
async function isNotNext(told) {
  if (!inLine(told) || !(await all()).length) return false
  await sendAll().catch(() => {})
  const left = (await all()).filter(({ state }) => state === "waiting")
  return left.some(({ submission }) => waiting.has(submission) && inLine(waiting.get(submission)))
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
  if (told.receipt) visit.keep(told.receipt)
  if (document.getElementById("receipt")) visit.code = ""
  lookAt(told.danger ? "danger" : told.answer === "worse" ? "worse" : told.act === "stop" ? "top" : "thread")
  if (waiting.size) show()
  void offerStage().catch(() => {})
  void drain()
  return true
}

/** Where in the inbox it shows, as the way to its page without a script says too. */
function lookAt(name) {
  const place = document.querySelector("#wrong, #said") ?? document.getElementById(name)
  place?.closest("details")?.setAttribute("open", "")
  place?.scrollIntoView()
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
  // A second tap on the same answer is the same answer.
  const same = ({ act, question, answer, reason }) => !reason && act === "answer" && told.act === act && question === told.question && answer === told.answer
  if ([...waiting.values()].some(same)) return void show()
  const submission = newId()
  const inbox = [["act", told.act], ...fields.filter(([name]) => !LEFT_OUT.includes(name))]
  const record = await sealReport(kit, { submission, receipt, lang: language, fields: [], inbox })
  if (inLine(told) && !threads.has(receipt)) threads.set(receipt, submission)
  await keep(inLine(told) ? { ...record, thread: threads.get(receipt) } : record)
  waiting.set(submission, told)
  form.reset()
  form.closest("details")?.removeAttribute("open")
  show()
  lookAgain()
  void wakeLater()
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

/** Say something above the messages, in place of what was said before; what waits stays told below it. */
function say(name, { danger, country } = {}, id = "phone-asks") {
  for (const before of new Set([id, "phone-asks"])) document.getElementById(before)?.remove()
  const place = Object.assign(document.createElement("div"), { id, tabIndex: -1 })
  place.append(copyOf(name))
  for (const part of place.querySelectorAll(".if-danger")) part.hidden = !danger
  const there = place.querySelector(`[data-country="${country ?? document.querySelector("main [name=country]")?.value}"]`)
  // The numbers of every country are for whoever is in danger, nobody knows where.
  for (const part of place.querySelectorAll("[data-country]")) part.hidden = part !== there && (Boolean(there) || !danger)
  if (!there && danger) nearFirst(place)
  // Whoever left meanwhile sees nothing of it.
  document.getElementById("top")?.prepend(place)
  place.focus()
  scrollTo(0, 0)
  return place
}

/** What waits, what was refused, or that all of it was sent. */
function show() {
  const told = [...waiting.values()]
  const danger = told.some((each) => each.danger)
  const place = say(!told.length ? "sent" : told.some(({ reason }) => !reason) ? "waits" : "refused", { danger, country: told[0]?.country }, "phone-says")
  const reasons = new Set(told.map(({ reason }) => reason))
  for (const part of place.querySelectorAll("[data-reason]")) part.hidden = !reasons.has(part.dataset.reason)
  for (const [submission, each] of waiting) {
    const line = copyOf("acts").querySelector(`[data-act=${each.act}]`)
    if (each.words) line.append(Object.assign(document.createElement("blockquote"), { dir: "auto", textContent: each.words }))
    line.append(copyOf("drop"))
    line.querySelector("button").addEventListener("click", () => void forgo(submission))
    place.querySelector("ol").append(line)
  }
  return place
}

addEventListener("click", async ({ target }) => {
  if (!target.closest("[data-do=send-now]")) return
  await drain(true)
  if (waiting.size) show().querySelector("[data-say=tried]").hidden = false
})

/** Take this one out, and show what still waits. */
async function forgo(submission) {
  await drop(submission)
  waiting.delete(submission)
  if (waiting.size) show()
  else document.getElementById("phone-says").remove()
}

/** Offer to keep where the case stands now; kept already, it is kept anew. Without the code, or without the kit to show it, there is nothing to offer. */
async function offerStage() {
  const now = document.querySelector("li[aria-current=step]")
  const code = digitsOf(visit.code)
  if (!now || !code || !navigator.serviceWorker?.controller) return
  const day = saidAt(Date.now(), {})
  const place = Object.assign(document.createElement("div"), { id: "phone-stage" })
  place.append(copyOf("stage"))
  const told = [...place.querySelectorAll("[data-then]"), ...now.querySelectorAll("b, p")].map(({ textContent }) => textContent)
  const lines = [told[0], day, ...told.slice(1)]
  const box = place.querySelector("input")
  box.checked = await isStageOf(code)
  if (box.checked) await keepStage(code, lines)
  box.addEventListener("change", () => {
    const done = box.checked ? keepStage(code, lines) : dropStage()
    // A box that shows what is not so would be a promise.
    done.catch(() => (box.checked = !box.checked))
  })
  document.getElementById("phone-stage")?.remove()
  now.closest("section").append(place)
}

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
  if (!mine || !["kept", "refused"].includes(state)) return
  if (state === "kept") waiting.delete(submission)
  else mine.reason = (await find(submission))?.reason
  show()
})
