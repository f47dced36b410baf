// One worker after another on a tablet beside a helper: each report is sealed here, its code shown once, and then nothing is left.

import { askForHelper, faultOf, fieldsOf } from "../kit/form.js"
import { send, sendAll, wakeLater } from "../kit/outbox.js"
import { copyOf, haveWords, heedDanger, language, nearFirst, note } from "../kit/screen.js"
import { knownKit, newestKit, newId, newReceipt, sealReport, warmUp } from "../kit/seal.js"
import { offerSpeech } from "../kit/steps.js"
import { all, canKeep, drop, find, keep } from "../kit/store.js"
import { looksDrawn } from "./drawn.js"
import { askServer, stop, wasEnded, whoHelps } from "./authority.js"

const SHOWN_WITHIN = 8000 // milliseconds: whoever looks at a button that does nothing presses it again
const LOOKS_AGAIN = 3000
const ASKS_AGAIN = 60_000
const TRIES_AGAIN = 250
const TRIES = 8
const MOST_SEALS = 4
const CURES = { receipt: "receipt", unknown_key: "key", retired_key: "key" }

const form = document.querySelector("form[method=post]")
const main = document.getElementById("top")
// Held here, because the page's content makes way for it.
const codePage = document.getElementById("told").content
/** Who stands beside the workers, as this page found it when it began. */
let helper
/** The form as it was before anybody touched it. */
let untouched
const wait = (time) => new Promise((done) => setTimeout(done, time))

/** What the screen showed of a worker is gone, from the browser's memory for Back too. */
function next() {
  removeEventListener("beforeunload", hold)
  location.replace(`/tablet/${language}/`)
}

/** A code stands on the screen and nowhere else: whoever pulls the page down is asked first. */
const hold = (event) => event.preventDefault()

async function begin() {
  // Browsers keep whole pages for Back: one with somebody's words in it is not shown again.
  addEventListener("pageshow", ({ persisted }) => persisted && next())
  addEventListener("pagehide", () => {
    form.reset()
    main.replaceChildren()
  })
  addEventListener("click", ({ target }) => press(target.closest("[data-do]")?.dataset.do))
  // The way out is free, also from a code.
  addEventListener("click", ({ target }) => target.closest("a.leave") && removeEventListener("beforeunload", hold), { capture: true })
  // That of other pages is not kept on a tablet: without a network it would lead nowhere.
  document.querySelector("a.leave").href = `/tablet/${language}/exit`
  // What waits is in sight whether the tablet goes on or not.
  await count()
  setInterval(() => void count().catch(() => {}), LOOKS_AGAIN)
  if (!(await whoHelps())) return sayWhy()
  if (!(await alone())) {
    document.getElementById("off").hidden = true
    document.getElementById("elsewhere").hidden = false
    return undefined
  }
  const told = await whoHelps()
  if (!told) return sayWhy()
  if (!(await haveWords())) return
  const kit = (await canKeep()) && ((await knownKit()) ?? (await newestKit()))
  if (!kit) return note("cannot-keep")
  await warmUp(kit)
  form.elements.beside.value = told.authority
  helper = told
  fill(document)
  heedDanger(form, helper.country)
  form.querySelector(".if-danger p").replaceChildren(copyOf("danger"))
  // The helper reads aloud; where this tablet can in the page's language, it does it for those who do not share one.
  offerSpeech(form)
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    file(event.submitter).catch(() => note("cannot-keep"))
  })
  for (const id of ["on", "form"]) document.getElementById(id).hidden = false
  document.getElementById("off").hidden = true
  document.documentElement.dataset.tablet = "on"
  untouched = written()
  const stopping = document.getElementById("stop")
  // Asked about what stands there now: also where somebody writes on under the open question.
  const sayHalf = () => (document.getElementById("half").hidden = written() === untouched)
  stopping.addEventListener("toggle", sayHalf)
  form.addEventListener("input", sayHalf)
  setInterval(() => void ask(), ASKS_AGAIN)
  for (const moment of ["online", "offline"]) addEventListener(moment, () => void ask())
  await ask()
}

/** Whether this is the only one: in a second window somebody's words or code would stand beside the next worker's turn. */
async function alone() {
  // An older browser has no locks: there, two windows are two.
  for (let tries = TRIES; navigator.locks; tries -= 1) {
    const mine = await new Promise((told) => {
      void navigator.locks.request("tablet", { ifAvailable: true }, (lock) => {
        told(Boolean(lock))
        // Held until this page is gone.
        return lock && new Promise(() => {})
      })
    })
    if (mine) break
    if (!tries) return false
    // The page that made way for this one lets go in a moment.
    await wait(TRIES_AGAIN)
  }
  return true
}

async function sayWhy() {
  document.getElementById("ended").hidden = !(await wasEnded())
}

const written = () => JSON.stringify(fieldsOf(form))

/** Ask whether the tablet may go on. Ended, it shows no new form; whoever is in the middle of one finishes it. */
async function ask() {
  const said = await askServer(helper)
  // The code of a worker stands there: after it comes the page that says so.
  if (!form.isConnected) return
  document.getElementById("unasked").hidden = said !== "unasked"
  if (["over", "ended"].includes(said) && written() === untouched) next()
  else if (said === "ended") document.getElementById("over").hidden = false
}

function fill(within) {
  const shown = { helper: helper.helper, organisation: helper.organisation, place: location.host }
  for (const [name, words] of Object.entries(shown)) {
    for (const each of within.querySelectorAll(`[data-fill=${name}]`)) each.textContent = words
  }
}

function press(what) {
  if (what === "next") next()
  if (what === "send") void sendAll({ asked: true }).catch(() => {}).then(count)
  if (what === "finish") void stop().then(next)
  if (what === "go-on") goOn()
}

function goOn() {
  const stopping = document.getElementById("stop")
  stopping.open = false
  stopping.querySelector("summary").focus()
}

/** How many wait here, and how many were refused; never which. */
async function count() {
  const records = await all()
  const stuck = records.filter(({ state }) => state === "parked").length
  const waiting = records.length - stuck
  for (const each of document.querySelectorAll("[data-count]")) each.hidden = (each.dataset.count === "1") !== waiting > 0
  for (const each of document.querySelectorAll("[data-stuck]")) each.hidden = !stuck
  for (const [name, number] of Object.entries({ waiting, stuck })) {
    for (const each of document.querySelectorAll(`[data-fill=${name}]`)) each.textContent = number
  }
}

async function file(submitter) {
  const fields = fieldsOf(form, submitter)
  const told = Object.fromEntries(fields)
  const fault = faultOf(told)
  if (told.website) form.elements.website.value = "" // a browser that fills in fields by itself
  if (fault) return note(fault.name, fault.at)
  note(null)
  const danger = told.danger === "yes"
  if (danger && told.consent === "nobody" && !told.quick) fields.push(["allow", await askForHelper()])
  // As the server reads it: "Send now" is a helper's, and so is a yes to the question above.
  const locked = told.consent === "nobody" && !told.quick && !fields.some(([name, value]) => name === "allow" && value === "yes")
  const report = { submission: newId(), lang: language, fields, danger, who: locked ? "nobody" : "helper" }
  const words = submitter.textContent
  submitter.textContent = copyOf("sending").textContent
  rest(true)
  try {
    await seal(report, "receipt")
    const going = settle(report)
    const state = navigator.onLine ? await Promise.race([going, wait(SHOWN_WITHIN)]) : "waiting"
    if (state === "refused") {
      await drop(report.submission)
      return note("press-again")
    }
    show(report, state ?? "waiting")
    void follow(report, going, state ?? "waiting").catch(() => {})
  } finally {
    rest(false)
    submitter.textContent = words
  }
}

function rest(resting) {
  for (const button of form.querySelectorAll("button")) button.disabled = resting
}

/** Seal it and keep it. Only this page's memory has its words, and that only until the next worker's turn. */
async function seal(report, cure) {
  if (cure === "receipt") {
    do report.receipt = newReceipt()
    while (!looksDrawn(report.receipt))
  }
  const kit = cure === "key" ? await newestKit() : ((await knownKit()) ?? (await newestKit()))
  if (!kit) throw new Error("nobody to seal to")
  // Marked, so that the form of one worker, opened on this tablet, does not offer to delete what others wrote.
  await keep({ ...(await sealReport(kit, report)), beside: true })
}

/** Send it, with another code or key where the server asks for one: "sent", "waiting" or "refused". */
async function settle(report) {
  for (let seals = 0; seals < MOST_SEALS; seals += 1) {
    await send(report.submission)
    const record = await find(report.submission)
    if (!record) return "sent"
    if (record.state !== "parked") return "waiting"
    const cure = CURES[record.reason]
    if (!cure) return "refused"
    await seal(report, cure)
  }
  return "refused"
}

/** For as long as the code stands on the screen: say when the report has gone, or when its code had to change. */
async function follow(report, going, shown) {
  let { receipt } = report
  let state = await going
  for (;;) {
    if (state !== shown || receipt !== report.receipt) {
      show(report, state, receipt !== report.receipt)
      shown = state
      receipt = report.receipt
    }
    if (state !== "waiting") return
    await wakeLater()
    await wait(LOOKS_AGAIN)
    state = await settle(report)
  }
}

function show(report, state, changed = false) {
  const page = document.importNode(codePage, true)
  for (const part of page.querySelectorAll("[data-in]")) {
    const moments = part.dataset.in.split(" ")
    const meant = moments.includes(state) && (part.dataset.who ?? report.who) === report.who
    if (!meant && !(changed && moments.includes("changed"))) part.remove()
  }
  page.querySelector(".digits").append(...report.receipt.match(/.{4}/g).flatMap((group) => [digits(group), " "]))
  if (report.danger) {
    const numbers = helpNow()
    page.querySelector(".if-danger").hidden = false
    if (numbers.childElementCount) page.getElementById("numbers").append(numbers)
    else page.querySelector(".if-numbers").remove()
  }
  fill(page)
  main.replaceChildren(page)
  addEventListener("beforeunload", hold)
  const title = main.querySelector("h1")
  title.tabIndex = -1
  title.focus()
  scrollTo(0, 0)
}

/** Whom to call, as the kit lists it, without the sentence before them: that stands above the code. */
function helpNow() {
  const help = copyOf("receipt").querySelector(".if-danger")
  help.firstElementChild.remove()
  nearFirst(help, helper.country)
  return help
}

function digits(group) {
  const span = document.createElement("span")
  span.textContent = group
  return span
}

void begin().catch(() => {})
