// The kit on a page, after its first paint: installs the service worker, takes over the form, and sends what waits.

import { checkCurrent, current, hear, shown, takeOver } from "./form.js"
import { ARRIVED, WAITS, dropPartsOf, heads, others, sendAll, sendParts, wakeLater } from "./outbox.js"
import { copyOf, haveWords, language, note, saidAt, tell } from "./screen.js"
import { refreshKit } from "./seal.js"
import { offerSpeech, offerSteps } from "./steps.js"
import { all, drop, keptHere } from "./store.js"

const AGAIN = 20_000 // milliseconds until a page that stays open tries again by itself

const able = () =>
  "serviceWorker" in navigator && "indexedDB" in self && "BroadcastChannel" in self && Boolean(self.crypto?.subtle)

async function begin() {
  const whole = able()
  if (whole) {
    navigator.serviceWorker.register("/sw.js", { type: "module" }).catch(() => {})
    navigator.serviceWorker.controller?.postMessage({ language })
  }
  if (!(await haveWords())) return
  const form = document.querySelector("form[action$='/report']")
  // A page that asks something in between carries the answers, and no questions.
  if (form?.querySelector("fieldset")) {
    const { files } = form.elements
    // A field for files is never empty: it would look as if somebody had begun.
    if (files) files.disabled = true
    offerSteps(form)
    if (files) files.disabled = false
    offerSpeech(form)
  }
  await sayKept()
  addEventListener("kept", () => void sayKept())
  // Messages that are opened come with a head of their own.
  new MutationObserver(() => void sayKept()).observe(document.documentElement, { childList: true })
  // A phone that cannot do all of the rest does none of it: the plain way is as good.
  if (!whole) return
  // The page that answers a post belongs to that post and to its token.
  if (form && !location.pathname.endsWith("/report")) await takeOver(form)
  document.getElementById("receipt")?.form.addEventListener("submit", (event) => {
    // With something that waits for the code, it may wait here.
    if (navigator.onLine || event.target.matches("[data-waits]")) return
    event.preventDefault()
    note("no-network")
    const { value } = event.target.receipt
    import("./stage.js").then(({ showStage }) => showStage(value)).catch(() => {})
  })
  others.addEventListener("message", ({ data }) => void learn(data))
  addEventListener("click", ({ target }) => target.closest("[data-do=send]") && void drain(true))
  for (const moment of ["online", "pageshow", ARRIVED]) addEventListener(moment, () => void drain())
  addEventListener(WAITS, () => {
    lookAgain()
    void showParts()
  })
  // From here on a press on "Send" is the kit's; tests wait for it.
  document.documentElement.dataset.kit = "on"
  await refreshKit()
  await drain()
}

/** Whoever presses "Leave now" knows before that what is kept here goes with it: it may be somebody else's. */
async function sayKept() {
  const head = document.querySelector(".leave")?.parentNode
  const kept = head && (await keptHere().catch(() => 0))
  document.getElementById("kit-kept")?.remove()
  if (!kept) return
  const place = document.createElement("span")
  place.id = "kit-kept"
  place.append(" · ", copyOf("kept"))
  head.firstElementChild.append(place)
}

let again

/** Send what waits, and show how things stand. */
async function drain(asked = false) {
  let sent = (await heads()).length > 0
  const heard = async (submission, answer) => {
    if (current?.submission === submission && answer.state !== "later") await hear(current, answer)
    else sent ||= answer.state === "kept"
  }
  const left = await sendAll({ asked, mine: current?.submission, heard }).catch(() => false)
  await checkCurrent()
  await showWaiting()
  const parts = await sendParts({ asked, heard: showParts }).catch(() => false)
  await showParts()
  // Else the notice that something waits would only vanish, as it does when it is deleted.
  if (sent && !current) await tellSent()
  clearTimeout(again)
  if (!left && parts === false) return
  if (asked && (left || parts)) note("tried")
  lookAgain()
  await wakeLater()
}

function lookAgain() {
  clearTimeout(again)
  again = setTimeout(() => void drain(), AGAIN)
}

/** Another tab or the service worker sent something. */
async function learn(data) {
  const { submission, state } = data
  if (state === "goes") return
  if (current?.submission === submission && state === "kept") await hear(current, data)
  else {
    if (!current && (state === "kept" || state === "part")) await tellSent()
    await checkCurrent()
  }
  await showWaiting()
}

/** Everything that was here was sent: said once nothing of it is left. */
const tellSent = async () => !(await all()).length && !(await heads()).length && tell("sent")

// What waits on this phone, above the form: that something waits, never what; and what can be done about it.

const NAME = "saved.json" // on the list of downloads of the phone, which others may see

async function showWaiting() {
  await showReports()
  await showParts()
}

/** Show the notice as things are now. Its button "send now" is heard by the page, as that of the receipt is. */
async function showReports() {
  const records = (await all().catch(() => [])).filter(({ beside }) => !beside)
  const files = await heads()
  const before = document.getElementById("kit-waiting")
  const form = document.querySelector("form[action$='/report'], form[data-open]")
  const told = JSON.stringify([records.map(({ submission, state }) => [submission, state]), files.map(({ file }) => file)])
  // What somebody has opened in it stays open.
  if (form && before?.told === told) return
  before?.remove()
  if (!records.length || !form) return
  const notice = Object.assign(document.createElement("div"), { id: "kit-waiting", told })
  const refused = records.filter(({ state }) => state === "parked")
  const waits = records.filter((each) => !refused.includes(each))
  if (waits.length) notice.append(listed("waits", waits, files))
  if (refused.length) notice.append(listed("refused", refused, files))
  press(notice, "[data-do=copy]", () => saveCopy(refused))
  form.before(notice)
}

function press(notice, which, act) {
  for (const button of notice.querySelectorAll(which)) button.addEventListener("click", act)
}

/** Each of them with what waits with it and a way to delete it; the one that was written first stands first. */
function listed(name, records, files) {
  const part = copyOf(name)
  const several = records.length > 1
  const list = document.createElement(several ? "ol" : "div")
  for (const { submission, at } of records) {
    const item = document.createElement(several ? "li" : "div")
    item.append(copyOf("item"))
    const mine = files.filter((file) => file.submission === submission)
    const [day, words] = item.querySelectorAll("p")
    // What an older version kept carries no time.
    day.hidden = !at
    day.textContent = day.textContent.replace("{day}", saidAt(at))
    words.hidden = !mine.length
    words.textContent = words.textContent.replace("{number}", mine.length)
    press(item, "button", async () => {
      await drop(submission)
      await dropPartsOf(submission)
      await showWaiting()
    })
    list.append(item)
  }
  part.firstElementChild.append(list)
  return part
}

/** How far the photos and recordings are, beside the form or the code; what is pressed there stays as it is. */
async function showParts() {
  const files = await heads()
  let notice = document.getElementById("kit-parts")
  if (!files.length) return notice?.remove()
  if (!notice) {
    notice = Object.assign(document.createElement("div"), { id: "kit-parts" })
    notice.append(copyOf("parts"))
    notice.way = notice.querySelector("[data-way]")
    document.querySelector("#top .card .digits")?.closest(".card").after(notice)
    document.querySelector("form[action$='/report']")?.before(notice)
  }
  const groups = [...new Set(files.map(({ submission }) => submission))]
  // Under a code only what belongs to it is counted; what another report waits for is nobody's here to delete unasked.
  const apart = document.querySelector("#top .card .digits") ? groups.filter((each) => each !== shown) : []
  const own = files.filter(({ submission }) => !apart.includes(submission))
  const listed = JSON.stringify([groups, apart])
  if (notice.told !== listed) {
    notice.told = listed
    // Those of each report have a way of their own.
    for (const way of notice.querySelectorAll("[data-way]")) way.remove()
    for (const group of [...groups].sort((a, b) => apart.includes(a) - apart.includes(b))) {
      const way = notice.way.cloneNode(true)
      way.firstElementChild.hidden = !apart.includes(group)
      if (groups.length > 1) way.querySelector("summary").append(` (${files.filter(({ submission }) => submission === group).length})`)
      press(way, "button", async () => {
        await dropPartsOf(group)
        await showParts()
      })
      notice.append(way)
    }
  }
  const all = Object.values(Object.fromEntries(own.map(({ submission, of }) => [submission, of]))).reduce((sum, of) => sum + of, 0)
  const going = own.find(({ state }) => state === "waiting")
  const words = notice.querySelector("[data-sent]")
  const told = words.dataset.sent.replace("{number}", all - own.length).replace("{all}", all)
  if (words.textContent !== told) words.textContent = told
  words.parentNode.hidden = !going
  if (going) Object.assign(notice.querySelector("progress"), { max: going.pieces, value: going.pieces - going.missing.length })
  notice.querySelector(".bad").hidden = own.every(({ state }) => state === "waiting")
  // One button sends all that waits; a second one beside it would only make people wonder which.
  notice.querySelector(".row").hidden = document.querySelectorAll("#top [data-do=send]").length > 1
}

/** The sealed records as a file, for a helper who can look into it with the people who run this. */
function saveCopy(records) {
  const sealed = records.map((record) => ({ ...record.sealed, reason: record.reason }))
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([JSON.stringify(sealed, null, 1)], { type: "application/json" }))
  link.download = NAME
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

void begin()
