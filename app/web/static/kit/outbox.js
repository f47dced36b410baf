// Sends what waits, one page or worker at a time. Only the server's own JSON with the proof that it opened the seal counts as sent; all else
// is "later".

import { proofOf, sealPiece, tagOf } from "./seal.js"
import { all, amend, drop, find, transact } from "./store.js"

const DOOR = "/api/v1/outbox"
const ANSWERS_WITHIN = 60_000 // milliseconds: a slow link needs some time for a large report
const LEASE = 90_000 // milliseconds; longer than a post may take
const LONGEST_WAIT = 3600 // seconds that a server may ask us to wait

/** Says what became of a report to every other page and worker. */
export const others = new BroadcastChannel("outbox")

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
    const { page } = answer
    if (answer.state === "kept") others.postMessage({ submission, state: "goes", page })
    if (answer.state === "kept") await drop(submission)
    else if (answer.state === "refused") await amend(submission, () => ({ state: "parked", reason: answer.reason }))
    else await amend(submission, () => ({ not_before: Date.now() + (answer.wait ?? 0) }))
    others.postMessage({ submission, state: answer.state, page })
    return answer
  })

/** Whether it may be tried now; a moment too far off was written before the phone's clock was set back. */
function isDue({ state, not_before: moment = 0 }) {
  const now = Date.now()
  return state === "waiting" && (moment <= now || moment > now + LONGEST_WAIT * 1000)
}

/** Send all that waits, in the order in which it was written; a refused one holds up nobody, and one that has to wait only those after it of
the same `thread`. Tells whether something is still to be sent.

`heard` learns of each answer; the page for the worker is asked for where the report is `mine`, the one that is on the screen, or where
`shown` says that it may be on another. */
export async function sendAll({ asked = false, mine = "", shown = false, heard = () => {} } = {}) {
  const held = new Set()
  for (const { submission, thread, ...record } of await all()) {
    if (held.has(thread)) continue
    // Whoever presses the button is not told to wait, and what was refused gets another try.
    const answer = (asked || isDue(record)) && (await send(submission, { page: shown || submission === mine }))
    if (answer) await heard(submission, answer)
    // One that another page has just now is on its way still.
    if (thread && (answer ? answer.state === "later" : record.state === "waiting" && (await find(submission)))) held.add(thread)
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

// Photos and recordings on their way: sealed piece by piece, kept until their file is whole in the case. The report names them and goes first.

const FILES_DOOR = "/api/v1/outbox/files"
const PIECE = 49_152 // bytes
const PIECE_WITHIN = 40_000 // milliseconds for a piece: half of a slow minute
const PAUSE = 2000 // milliseconds after a line that broke
const MOST_BREAKS = 5 // in a row, until the next moment comes
// What stands here tells a file from its pieces: a name is its head, a name and a number a piece. Older pages do not know this store.
const PARTS = { name: "files", inside: "parts" }
const piecesOf = (file) => IDBKeyRange.bound([file], [file, Infinity])

/** What a report says of its files; `attached` are `{file, kind, blob}`. */
export const declared = ({ ack, attached }) =>
  Promise.all(attached.map(async ({ file, kind, blob }) => ({ file, kind, size: blob.size, tag: await tagOf(ack, file, await blob.arrayBuffer()) })))

/** Seal the files of a report and keep them, in place of what was kept for it before. */
export async function layParts(kit, { submission, ack, attached }) {
  for (const { file, blob } of attached) {
    const pieces = []
    for (let from = 0; from < blob.size; from += PIECE) {
      const index = pieces.length
      const bytes = new Uint8Array(await blob.slice(from, from + PIECE).arrayBuffer())
      const body = await sealPiece(kit, { submission, file, index, ack }, bytes)
      pieces.push({ body, proof: await proofOf(ack, `kept v1 ${submission} ${file} ${index}`) })
    }
    const whole = await proofOf(ack, `whole v1 ${submission} ${file}`)
    const head = { file, submission, of: attached.length, pieces: pieces.length, missing: [...pieces.keys()], whole, state: "waiting" }
    await transact("readwrite", (store) => {
      pieces.forEach((piece, index) => store.put(piece, [file, index]))
      store.put(head, file)
    }, PARTS)
  }
}

/** The files that still wait, without their pieces. */
export const heads = () =>
  transact("readonly", (store, result) => {
    store.getAll(IDBKeyRange.upperBound([], true)).onsuccess = ({ target }) => (result.value = target.result)
  }, PARTS).catch(() => [])

/** Take these files out. */
const dropParts = (which) =>
  transact("readwrite", (store) => {
    for (const { file } of which) {
      store.delete(file)
      store.delete(piecesOf(file))
    }
  }, PARTS)

/** Those of this report. */
export const dropPartsOf = async (submission) => dropParts((await heads()).filter((head) => head.submission === submission))

const write = (head, added) =>
  transact("readwrite", (store) => {
    // What was deleted in another tab is not brought back.
    store.getKey(head.file).onsuccess = ({ target }) => target.result && store.put(Object.assign(head, added), head.file)
  }, PARTS)

const pieceAt = (file, index) =>
  transact("readonly", (store, result) => {
    store.get([file, index]).onsuccess = ({ target }) => (result.value = target.result)
  }, PARTS)

/** Send what waits of files whose report has arrived; one page or worker at a time. Tells whether some are still to be sent, undefined
where another one is at it. */
export function sendParts({ asked = false, heard = () => {} } = {}) {
  const work = async () => {
    for (const head of await heads()) {
      if (head.state !== "waiting" && !asked) continue
      if (!(await find(head.submission))) await sendFile(head, heard)
    }
    return (await heads()).some(({ state }) => state === "waiting")
  }
  return navigator.locks ? navigator.locks.request("files", { ifAvailable: true }, (lock) => (lock ? work() : undefined)) : work()
}

/** Piece after piece, until the server says that the file is whole or will never be, or the file has to wait: no other waits for it. */
async function sendFile(head, heard) {
  let breaks = 0
  // An answer says what is missing. A server that asks for the same for ever is not believed for ever.
  for (let posts = 2 * head.pieces + MOST_BREAKS; posts > 0; posts -= 1) {
    const index = head.missing[0] ?? 0
    const piece = await pieceAt(head.file, index)
    if (!piece) return
    const said = await postPiece(piece.body)
    if (said?.state === "whole" && said.proof === head.whole) {
      await dropParts([head])
      return tell(head, heard)
    }
    if (said?.state === "kept" && said.proof === piece.proof) {
      breaks = 0
      await write(head, { missing: said.missing, state: "waiting" })
    } else if (said?.state === "refused" || said?.reason === "report_first") {
      await write(head, { state: "parked" })
      return tell(head, heard)
    } else if (said?.state === "later" || (breaks += 1) >= MOST_BREAKS) return
    else await new Promise((done) => setTimeout(done, PAUSE))
    await tell(head, heard)
  }
}

async function tell({ submission }, heard) {
  others.postMessage({ submission, state: "part" })
  await heard()
}

async function postPiece(body) {
  try {
    const headers = { "Content-Type": "application/octet-stream" }
    const answer = await fetch(FILES_DOOR, { method: "POST", headers, body, cache: "no-store", redirect: "error", signal: within(PIECE_WITHIN) })
    const said = await answer.json()
    return said?.redress === 1 ? said : null
  } catch {
    return null
  }
}
