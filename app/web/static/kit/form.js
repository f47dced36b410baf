// The form of the kit: what is sent is sealed on the phone first. A form with the server's token goes the plain way while there is a network.

import { attached, hasFiles, offerFiles } from "./attach.js"
import { draftDone, keepsDraft, offerDraft } from "./choice.js"
import { ARRIVED, declared, dropPartsOf, layParts, others, post, send, wakeLater } from "./outbox.js"
import { bringBack, copyOf, language, nearFirst, note, show, showPage, showReceipt, turnTo } from "./screen.js"
import { knownKit, newAck, newestKit, newId, newReceipt, sealReport, warmUp } from "./seal.js"
import { bringUp } from "./steps.js"
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

/** The submission of the report whose code is on the screen, saved or sent. */
export let shown = ""

/** The reports that another page or worker sent while this page was open; the server's page only of the one that is on the screen. */
export const sentElsewhere = new Map()
others.addEventListener("message", ({ data: { submission, state, page } }) => {
  if (["goes", "kept"].includes(state)) sentElsewhere.set(submission, submission === current?.submission ? page : null)
})

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
    const plainly = form.elements.token && !keepsDraft() && !hasFiles()
    const sent = plainly ? sendPlainly(form, submitter) : begin(form, submitter)
    // A browser that lacks something must not leave a button that does nothing.
    sent.catch(async () => (hasFiles() ? note("no-files") : (await makePlain(form)) ? goPlainly(form, submitter) : note("cannot-keep")))
  })
  addEventListener("click", (event) => void showHow(form, event))
  await offerDraft(form)
  // What cannot be kept is not offered.
  if (await canKeep()) offerFiles(form)
}

/** What happens then, in the form's place: a page of its own would lose the words, since none of them may stand in the browser's history. */
async function showHow(form, event) {
  const way = event.target.closest("main a[href$='/how']")
  if (!way || event.ctrlKey || event.metaKey || event.shiftKey || !wordsIn(form)) return
  event.preventDefault()
  try {
    const page = new DOMParser().parseFromString(await (await fetch(way.href, { credentials: "omit" })).text(), "text/html")
    const before = turnTo(page.getElementById("top"))
    history.pushState(null, "")
    addEventListener("popstate", () => bringBack(before), { once: true })
    for (const back of document.querySelectorAll(`main a[href='/${language}/']`)) {
      back.addEventListener("click", (pressed) => {
        pressed.preventDefault()
        history.back()
      })
    }
  } catch {
    location.assign(way.href)
  }
}

const wordsIn = (form) => fieldsOf(form).some(([name, value]) => value && name !== "site_code")

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
  const pairs = [...new FormData(form)].filter(([name]) => !["token", "files"].includes(name))
  if (submitter?.name) pairs.push([submitter.name, submitter.value])
  return pairs.map(([name, value]) => [name, value.replace(/\r\n|\r|\n/g, "\r\n")])
}

async function begin(form, submitter) {
  const fields = fieldsOf(form, submitter)
  const told = Object.fromEntries(fields)
  const fault = faultOf(told)
  if (told.website) form.elements.website.value = "" // a browser that fills in fields by itself
  if (fault) {
    bringUp(fault.at)
    return note(fault.name, fault.at)
  }
  note(null)
  const allow = told.danger === "yes" && told.consent === "nobody" && !told.quick && (await askForHelper())
  if (allow) fields.push(["allow", allow])
  const quiet = ["text", "call"].includes(told.contact) && !told.phone.trim()
  await busy(form, submitter, () => file(form, fields, { danger: told.danger === "yes", locked: allow === "no", quiet }))
}

/** What the server would send the form back for: once it is sealed, nobody could put it right any more. */
export function faultOf(told) {
  if (told.website) return { name: "press-again" }
  const longest = { words: Number(copyOf("too-long").firstElementChild.dataset.longest), ...LINES }
  const at = Object.keys(longest).find((name) => Array.from(told[name] ?? "").length > longest[name])
  if (at) return { name: "too-long", at }
  return told.danger === "yes" || told.category || hasFiles() || SEEN.test(told.words) ? null : { name: "empty", at: "category" }
}

/** The question that the server asks too: nobody comes when nobody may read. Whom to call stands below it, as on the server's page. */
export function askForHelper(known) {
  const before = show("ask")
  const help = copyOf("receipt").querySelector(".if-danger")
  nearFirst(help, known)
  document.getElementById("top").append(help)
  return new Promise((answered) => {
    for (const button of document.querySelectorAll("#top [data-allow]")) {
      button.addEventListener("click", () => {
        bringBack(before)
        answered(button.dataset.allow)
      })
    }
  })
}

async function file(form, fields, noted) {
  const files = await attached()
  const content = JSON.stringify([fields, files.map(({ file }) => file)])
  // The same again is the same report: the server may have it, and only its answer was lost.
  const report = unheard?.content === content ? unheard : { submission: newId(), receipt: newReceipt(), lang: language, content, fields, ...noted, form, seals: 0, ack: newAck(), attached: files }
  if (report !== unheard && !(await seal(report))) return note(files.length ? "no-files" : "cannot-keep")
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
  if (report.attached.length) {
    report.files = await declared(report)
    // The files first: no report is on its way whose files are not here.
    const laid = await layParts(keys, report).then(() => true, () => false)
    if (!laid) return forget(report)
  }
  report.record = await sealReport(keys, report)
  report.stored = await keep(report.record).then(() => true, () => false)
  return report.stored || !report.files || forget(report)
}

/** What was kept of its files goes; false, as what it belongs to. */
async function forget({ submission }) {
  await dropPartsOf(submission).catch(() => {})
  return false
}

function showSaved(report, name = "kept-here") {
  current = report
  shown = report.submission
  showReceipt(name, report.receipt, report)
}

/** What the server said of a report whose page is still open. */
export async function hear(report, answer) {
  if (answer?.state === "kept") return showKept(report, answer)
  if (answer?.state === "refused") return CURABLE[answer.reason] ? sealAnew(report, answer.reason) : showRefused(report, answer.reason)
  if (sentElsewhere.has(report.submission)) return showKept(report, { page: sentElsewhere.get(report.submission) })
  if (report.stored) {
    if (current !== report) showSaved(report)
    return wakeLater()
  }
  unheard = report
  return note(navigator.onLine ? "not-known" : "cannot-keep")
}

function showKept(report, answer) {
  current = null
  shown = report.submission
  void draftDone()
  if (answer.page) showPage(answer.page)
  else showReceipt("sent-later", report.receipt, report)
  if (report.files) dispatchEvent(new Event(ARRIVED))
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
    await forget(report)
    await draftDone()
    return note(report.files ? "no-files" : "press-again")
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
  if (sentElsewhere.has(report.submission)) return showKept(report, { page: sentElsewhere.get(report.submission) })
  if (!record) {
    current = null
    showReceipt("gone", report.receipt, report)
  } else if (record.state === "parked") await hear(report, { state: "refused", reason: record.reason })
}
