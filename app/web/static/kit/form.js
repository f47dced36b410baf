// The form of the kit: what is sent is sealed on the phone first. A form with the server's token goes the plain way while there is a network.

import { draftDone, keepsDraft, offerDraft } from "./choice.js"
import { knownKit, newestKit } from "./keys.js"
import { post, send, wakeLater } from "./outbox.js"
import { newReceipt } from "./receipt.js"
import { bringBack, copyOf, language, note, show, showPage, showReceipt } from "./screen.js"
import { sealReport, warmUp } from "./seal.js"
import { canKeep, drop, find, keep } from "./store.js"

const SHOWN_WITHIN = 8000 // milliseconds: whoever looks at a button that does nothing presses it again
const MOST_SEALS = 4
const CURABLE = { receipt: "receipt", unknown_key: "key", retired_key: "key" }

/** The report that is on the screen as saved: `{submission, receipt, ...}`, or null. */
export let current = null

/** Hang the kit on the form of this page, and say before anybody types if it cannot work. */
export async function takeOver(form) {
  readSiteCode(form)
  if (!form.elements.token) await prepare(form)
  form.addEventListener("submit", (event) => {
    if (form.dataset.going) return
    event.preventDefault()
    const { submitter } = event
    // Whose words are kept here learns on this page that they are sent: only then may they go.
    const plainly = form.elements.token && !keepsDraft()
    void (plainly ? sendPlainly(form, submitter) : begin(form, submitter))
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
  const code = location.pathname.match(/^\/[^/]+\/s\/([a-z0-9]+)$/i)?.[1]
  if (!code || form.elements.token || form.elements.site_code) return
  form.elements.site.closest("fieldset").append(copyOf("at-site"))
  form.elements.site_code.value = code
}

/** Make it the plain form, with a token of the server's; false without a network. */
async function makePlain(form) {
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
  form.dataset.going = "yes"
  form.requestSubmit(submitter)
  // Whoever comes back to this page may send again.
  delete form.dataset.going
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
function fieldsOf(form, submitter) {
  const pairs = [...new FormData(form)].filter(([name]) => name !== "token")
  if (submitter?.name) pairs.push([submitter.name, submitter.value])
  return pairs.map(([name, value]) => [name, value.replace(/\r\n|\r|\n/g, "\r\n")])
}

async function begin(form, submitter) {
  const fields = fieldsOf(form, submitter)
  const told = Object.fromEntries(fields)
  if (told.danger !== "yes" && !told.category && !told.words.trim()) return note("empty")
  if (told.words.length > Number(copyOf("too-long").firstElementChild.dataset.longest)) return note("too-long")
  note(null)
  if (told.danger === "yes" && told.consent === "nobody" && !told.quick) fields.push(["allow", await askForHelper()])
  await busy(form, submitter, () => file(form, fields, told.danger === "yes"))
}

/** The question that the server asks too: nobody comes when nobody may read. */
function askForHelper() {
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
  const report = { submission: crypto.randomUUID(), receipt: newReceipt(), lang: language, fields, danger, form, seals: 0 }
  if (!(await seal(report))) return note("cannot-keep")
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
  if (report.stored) {
    if (current !== report) showSaved(report)
    return wakeLater()
  }
  return note("cannot-keep")
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
