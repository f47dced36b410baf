// Photos and recordings on their way: sealed piece by piece, kept until their file is whole in the case. The report names them and goes first.

import { others, within } from "./outbox.js"
import { proofOf, sealPiece, tagOf } from "./seal.js"
import { find, transact } from "./store.js"

const DOOR = "/api/v1/outbox/files"
const PIECE = 49_152 // bytes
const ANSWERS_WITHIN = 40_000 // milliseconds for a piece: half of a slow minute
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
export const dropParts = (which) =>
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
    const said = await post(piece.body)
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

async function post(body) {
  try {
    const headers = { "Content-Type": "application/octet-stream" }
    const answer = await fetch(DOOR, { method: "POST", headers, body, cache: "no-store", redirect: "error", signal: within(ANSWERS_WITHIN) })
    const said = await answer.json()
    return said?.redress === 1 ? said : null
  } catch {
    return null
  }
}
