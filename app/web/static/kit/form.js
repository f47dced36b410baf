// The form of the kit: what is sent is sealed on the phone first. A form with the server's token goes the plain way while there is a network.

import { draftDone, keepsDraft, offerDraft } from "./choice.js"
import { knownKit, newestKit } from "./keys.js"
import { post, send, sentElsewhere, wakeLater } from "./outbox.js"
import { newReceipt } from "./receipt.js"
import { bringBack, copyOf, language, note, show, showPage, showReceipt } from "./screen.js"
import { newId, sealReport, warmUp } from "./seal.js"
import { canKeep, drop, find, keep } from "./store.js"

const SHOWN_WITHIN = 8000 // milliseconds: whoever looks at a button that does nothing presses it again
const MOST_SEALS = 4
const LONGEST_LINE = 500 // signs, as the server takes them
const LINES = Object.fromEntries(["site", "exclude_other", "phone", "safe_times", "name"].map((name) => [name, LONGEST_LINE]))
// A sign that can be seen: fillers of Hangul and the blank of Braille count as letters and symbols, and nobody sees them.
const SEEN = /(?![\u115f\u1160\u2800\u3164\uffa0])[\p{L}\p{N}\p{P}\p{S}]/u
const CURABLE = { receipt: "receipt", unknown_key: "key", retired_key: "key" }

/** The report that is on the screen as saved: `{submission, receipt, ...}`, or null. */
export let current = null

/** The last one that could not be kept here and went out without an answer. */
let unheard = null

/** Hang the kit on the form of this page, and say before anybody types if it cannot work. */
export async function takeOver(form) {
  readSiteCode(form)
  if (!form.elements.token) await prepare(form)
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const { submitter } = event
    // Whose words are kept here learns on this page that they are sent: only then may they go.
    const plainly = form.elements.token && !keepsDraft()
    const sent = plainly ? sendPlainly(form, submitter) : begin(form, submitter)
    // A browser that lacks something must not leave a button that does nothing.
    sent.catch(async () => ((await makePlain(form)) ? goPlainly(form, submitter) : note("cannot-keep")))
  })
  await offerDraft(form)
}

/** See that a report can be sealed and kept here; else it goes the plain way, or the page says at once that it cannot. */
async function prepare(form) {
  const kit = (await canKeep()) && ((await knownKit()) ?? (await newestKit()))
  if (kit) await warmUp(kit)
  else if (!(await makePlain(form))) note("cannot-keep")
}

/** A poster's code stands in the address; the form of the kit is the same for all of them. */
function readSiteCode(form) {
  const code = location.pathname.match(/^\/[^/]+\/s\/([^/]+)$/)?.[1]
  if (!code || form.elements.token || form.elements.site_code) return
  form.elements.site.closest("fieldset").append(copyOf("at-site"))
  // As it stands there: the server reads it, in capitals, with dashes or in digits of any script.
  form.elements.site_code.value = decoded(code).slice(0, LONGEST_LINE)
}

function decoded(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Make it the plain form, with a token of the server's; false without a network. */
async function makePlain(form) {
  if (form.elements.token) return true
  try {
    const answer = await fetch(`/${language}/?plain`, { cache: "no-store", credentials: "omit" })
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    const token = page.querySelector("[name=token]").value
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "token", value: token })
    form.append(field)
    return true
  } catch {
    return false
  }
}

/** As without a script, if the network is there; a phone that just lost it seals instead of showing the browser's error. */
async function sendPlainly(form, submitter) {
  const reached = navigator.onLine && (await busy(form, submitter, newestKit))
  if (!reached && (await knownKit()) && (await canKeep())) return begin(form, submitter)
  goPlainly(form, submitter)
}

/** As without a script: `submit` asks no listener, so it does not come back here. */
function goPlainly(form, submitter) {
  const pressed = submitter?.name && Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value })
  if (pressed) form.append(pressed)
  form.submit()
  // Whoever comes back to this page may press another button.
  if (pressed) pressed.remove()
}

/** Do something while the form's buttons rest, and the one that was pressed says so. */
async function busy(form, submitter, work) {
  const buttons = [...form.querySelectorAll("button")].filter((button) => !button.disabled)
  const words = submitter?.textContent
  for (const button of buttons) button.disabled = true
  if (submitter) submitter.textContent = copyOf("sending").textContent
  try {
    return await work()
  } finally {
    for (const button of buttons) button.disabled = false
    if (submitter) submitter.textContent = words
  }
}

/** The fields exactly as the form posts them, without the token, which is of no use in a seal. */
export function fieldsOf(form, submitter) {
  const pairs = [...new FormData(form)].filter(([name]) => name !== "token")
  if (submitter?.name) pairs.push([submitter.name, submitter.value])
  return pairs.map(([name, value]) => [name, value.replace(/\r\n|\r|\n/g, "\r\n")])
}

async function begin(form, submitter) {
  const fields = fieldsOf(form, submitter)
  const told = Object.fromEntries(fields)
  const fault = faultOf(told)
  if (told.website) form.elements.website.value = "" // a browser that fills in fields by itself
  if (fault) return note(fault.name, fault.at)
  note(null)
  if (told.danger === "yes" && told.consent === "nobody" && !told.quick) fields.push(["allow", await askForHelper()])
  await busy(form, submitter, () => file(form, fields, told.danger === "yes"))
}

/** What the server would send the form back for: once it is sealed, nobody could put it right any more. */
export function faultOf(told) {
  if (told.website) return { name: "press-again" }
  const longest = { words: Number(copyOf("too-long").firstElementChild.dataset.longest), ...LINES }
  const at = Object.keys(longest).find((name) => Array.from(told[name] ?? "").length > longest[name])
  if (at) return { name: "too-long", at }
  return told.danger === "yes" || told.category || SEEN.test(told.words) ? null : { name: "empty" }
}

/** The question that the server asks too: nobody comes when nobody may read. */
export function askForHelper() {
  const before = show("ask")
  return new Promise((answered) => {
    for (const button of document.querySelectorAll("#top [data-allow]")) {
      button.addEventListener("click", () => {
        bringBack(before)
        answered(button.dataset.allow)
      })
    }
  })
}

async function file(form, fields, danger) {
  const content = JSON.stringify(fields)
  // The same again is the same report: the server may have it, and only its answer was lost.
  const report = unheard?.content === content ? unheard : { submission: newId(), receipt: newReceipt(), lang: language, content, fields, danger, form, seals: 0 }
  if (report !== unheard && !(await seal(report))) return note("cannot-keep")
  unheard = null
  if (report.stored) await draftDone()
  const going = report.stored ? send(report.submission, { page: true }) : post(report.record, { page: true })
  const slow = setTimeout(() => report.stored && showSaved(report), navigator.onLine ? SHOWN_WITHIN : 0)
  const answer = await going
  clearTimeout(slow)
  await hear(report, answer)
}

/** Seal the report and keep it. Nothing but this page's memory has its words, and that only as long as the page is open. */
async function seal(report, kit) {
  const keys = kit ?? (await knownKit()) ?? (await newestKit())
  if (!keys || report.seals >= MOST_SEALS) return false
  report.seals += 1
  report.record = await sealReport(keys, report)
  report.stored = await keep(report.record).then(() => true, () => false)
  return true
}

function showSaved(report, name = "kept-here") {
  current = report
  showReceipt(name, report.receipt, report)
}

/** What the server said of a report whose page is still open. */
export async function hear(report, answer) {
  if (answer?.state === "kept") return showKept(report, answer)
  if (answer?.state === "refused") return CURABLE[answer.reason] ? sealAnew(report, answer.reason) : showRefused(report, answer.reason)
  if (sentElsewhere.has(report.submission)) return showKept(report, {})
  if (report.stored) {
    if (current !== report) showSaved(report)
    return wakeLater()
  }
  unheard = report
  return note(navigator.onLine ? "not-known" : "cannot-keep")
}

function showKept(report, answer) {
  current = null
  void draftDone()
  if (answer.page) showPage(answer.page)
  else showReceipt("sent-later", report.receipt, report)
}

async function sealAnew(report, reason) {
  const seen = current === report
  const kit = CURABLE[reason] === "key" ? await newestKit() : null
  if (CURABLE[reason] === "key" && !kit) return showRefused(report, reason)
  if (CURABLE[reason] === "receipt") report.receipt = newReceipt()
  if (!(await seal(report, kit))) return showRefused(report, reason)
  // A code that was on the screen may be on paper by now.
  if (seen && CURABLE[reason] === "receipt") showSaved(report, "new-code")
  return hear(report, await (report.stored ? send(report.submission, { page: true }) : post(report.record, { page: true })))
}

/** Refused for good. With the words still in the form, the plain way is tried instead; else the sealed copy is kept. */
async function showRefused(report, reason) {
  if (current !== report && (await makePlain(report.form))) {
    if (reason !== "conflict") await drop(report.submission).catch(() => {})
    await draftDone()
    return note("press-again")
  }
  current = null
  return show("not-taken")
}

/** Whether the saved report on the screen still waits here; when it is gone and nobody said that it was sent, the page says so. */
export async function checkCurrent() {
  const report = current
  if (!report?.stored) return
  const record = await find(report.submission).catch(() => undefined)
  if (current !== report) return
  if (!record) {
    current = null
    showReceipt("gone", report.receipt, report)
  } else if (record.state === "parked") await hear(report, { state: "refused", reason: record.reason })
}
