// What waits on this phone, above the form: that something waits, never what; and what can be done about it.

import { dropParts, dropPartsOf, heads } from "./parts.js"
import { all, drop } from "./store.js"
import { copyOf } from "./screen.js"

const NAME = "saved.json" // on the list of downloads of the phone, which others may see

/** Show the notice as things are now. Its button "send now" is heard by the page, as that of the receipt is. */
export async function showWaiting() {
  const records = (await all().catch(() => [])).filter(({ beside }) => !beside)
  await showParts()
  document.getElementById("kit-waiting")?.remove()
  const form = document.querySelector("form[action$='/report'], form[data-open]")
  if (!records.length || !form) return
  const notice = document.createElement("div")
  notice.id = "kit-waiting"
  const refused = records.filter(({ state }) => state === "parked")
  if (refused.length < records.length) notice.append(copyOf("waits"))
  if (refused.length) notice.append(copyOf("refused"))
  press(notice, "[data-do=copy]", () => saveCopy(refused))
  press(notice, "[data-do=drop-waiting]", () => dropAll(records.filter((each) => !refused.includes(each))))
  press(notice, "[data-do=drop-refused]", () => dropAll(refused))
  form.before(notice)
}

function press(notice, which, act) {
  for (const button of notice.querySelectorAll(which)) button.addEventListener("click", act)
}

async function dropAll(records) {
  for (const { submission } of records) {
    await drop(submission)
    await dropPartsOf(submission)
  }
  await showWaiting()
}

/** How far the photos and recordings are, beside the form or the code; what is pressed there stays as it is. */
export async function showParts() {
  const files = await heads()
  let notice = document.getElementById("kit-parts")
  if (!files.length) return notice?.remove()
  if (!notice) {
    notice = Object.assign(document.createElement("div"), { id: "kit-parts" })
    notice.append(copyOf("parts"))
    press(notice, "[data-do=drop-parts]", async () => {
      await dropParts(await heads())
      await showParts()
    })
    document.querySelector("#top .card .digits")?.closest(".card").after(notice)
    document.querySelector("form[action$='/report']")?.before(notice)
  }
  const all = Object.values(Object.fromEntries(files.map(({ submission, of }) => [submission, of]))).reduce((sum, of) => sum + of, 0)
  const going = files.find(({ state }) => state === "waiting")
  const words = notice.querySelector("[data-sent]")
  const told = words.dataset.sent.replace("{number}", all - files.length).replace("{all}", all)
  if (words.textContent !== told) words.textContent = told
  words.parentNode.hidden = !going
  if (going) Object.assign(notice.querySelector("progress"), { max: going.pieces, value: going.pieces - going.missing.length })
  notice.querySelector(".bad").hidden = files.every(({ state }) => state === "waiting")
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
