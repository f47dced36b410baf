// What waits on this phone, above the form: that something waits, never what; and what can be done about it.

import { all, drop } from "./store.js"
import { copyOf } from "./screen.js"

const NAME = "saved.json" // on the phone's list of downloads, which others may see

/** Show the notice as things are now. Its button "send now" is heard by the page, as that of the receipt is. */
export async function showWaiting() {
  const records = await all().catch(() => [])
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
  for (const { submission } of records) await drop(submission)
  await showWaiting()
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
