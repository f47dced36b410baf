// Sends what waits, one page or worker at a time. Only the server's own JSON with the proof that it opened the seal counts as sent; all else
// is "later".

import { all, amend, drop, find } from "./store.js"

const DOOR = "/api/v1/outbox"
const ANSWERS_WITHIN = 60_000 // milliseconds: a slow link needs some time for a large report
const LEASE = 90_000 // milliseconds; longer than a post may take
const LONGEST_WAIT = 3600 // seconds that a server may ask us to wait

/** Says what became of a report to every other page and worker. */
export const others = new BroadcastChannel("outbox")

/** The reports that another page or worker sent while this page was open. */
export const sentElsewhere = new Set()
others.addEventListener("message", ({ data }) => ["goes", "kept"].includes(data.state) && sentElsewhere.add(data.submission))

/** Post a sealed record: `{state: "kept" | "refused" | "later", ...}`. Stores nothing. */
export async function post({ sealed, submission, proof }, { page = false } = {}) {
  try {
    const answer = await fetch(DOOR, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...sealed, page }),
      cache: "no-store",
      redirect: "error", // a captive portal leads elsewhere
      signal: within(ANSWERS_WITHIN),
    })
    const said = await answer.json()
    if (said?.redress !== 1) return { state: "later" }
    if (said.state === "kept" && said.submission === submission && said.proof === proof) return said
    if (said.state === "refused") return { state: "refused", reason: String(said.reason) }
    const seconds = Number(answer.headers.get("Retry-After")) || 0
    return { state: "later", wait: Math.min(seconds, LONGEST_WAIT) * 1000 }
  } catch {
    // No network, a portal's HTML, an answer that broke off: nobody knows, so it is sent again, and the server keeps it once.
    return { state: "later" }
  }
}

/** A signal that gives up after so many milliseconds. (AbortSignal.timeout is younger than the browsers of many phones.) */
export function within(milliseconds) {
  const control = new AbortController()
  setTimeout(() => control.abort(), milliseconds)
  return control.signal
}

/** Do `work` while nobody else works on this report; without waiting, and undefined when somebody does. */
function inTurn(submission, work) {
  if (!navigator.locks) return underLease(submission, work)
  const options = { ifAvailable: true }
  return navigator.locks.request(`outbox ${submission}`, options, (lock) => (lock ? work() : undefined))
}

/** Where there are no locks: a moment in the record until which it is somebody's. */
async function underLease(submission, work) {
  const now = Date.now()
  // A lease further away than any lease lasts was written before the phone's clock was set back.
  const free = ({ leased_until: until = 0 }) => until <= now || until > now + LEASE
  const mine = await amend(submission, (record) => (free(record) ? { leased_until: now + LEASE } : null))
  if (!mine) return undefined
  try {
    return await work()
  } finally {
    await amend(submission, () => ({ leased_until: 0 }))
  }
}

/** Post a stored record in its turn and write down what came of it; undefined when another tab has it or it is gone. */
export const send = (submission, options) =>
  inTurn(submission, async () => {
    const record = await find(submission)
    if (!record) return undefined
    const answer = await post(record, options)
    // Told before it goes too: a page that finds it gone must know by then that it was sent.
    if (answer.state === "kept") others.postMessage({ submission, state: "goes" })
    if (answer.state === "kept") await drop(submission)
    else if (answer.state === "refused") await amend(submission, () => ({ state: "parked", reason: answer.reason }))
    else await amend(submission, () => ({ not_before: Date.now() + (answer.wait ?? 0) }))
    others.postMessage({ submission, state: answer.state })
    return answer
  })

/** Whether it may be tried now; a moment too far off was written before the phone's clock was set back. */
function isDue({ state, not_before: moment = 0 }) {
  const now = Date.now()
  return state === "waiting" && (moment <= now || moment > now + LONGEST_WAIT * 1000)
}

/** Send all that waits, one after the other; a refused one holds up nobody. Tells whether something is still to be sent.

`heard` learns of each answer; the page for the worker is asked for where the report is `mine`, the one that is on the screen. */
export async function sendAll({ asked = false, mine = "", heard = () => {} } = {}) {
  for (const record of await all()) {
    // Whoever presses the button is not told to wait, and what was refused gets another try.
    if (!asked && !isDue(record)) continue
    const answer = await send(record.submission, { page: record.submission === mine })
    if (answer) await heard(record.submission, answer)
  }
  return (await all()).some(({ state }) => state === "waiting")
}

/** The event by which an open page hears that something is still to be sent: it tries again by itself. */
export const WAITS = "outbox-waits"

/** The event by which it hears that a report arrived and its files may follow. */
export const ARRIVED = "outbox-arrived"

/** Ask the browser to wake the service worker when there is a network; where it cannot, it goes out when a page is opened next. */
export async function wakeLater() {
  dispatchEvent(new Event(WAITS))
  try {
    await (await navigator.serviceWorker.ready).sync.register("outbox")
  } catch {
    // No Background Sync here, or it is switched off.
  }
}
