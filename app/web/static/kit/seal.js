// A report sealed to the intake key (HPKE, RFC 9180): from here on this phone cannot read it either. And what it draws by chance for it.

import { suite } from "../vendor/hpke.min.js"
import { within } from "./outbox.js"

const VERSION = 1
const SMALLEST = 1024 // bytes; each step doubles, so that a length tells next to nothing of the words
const ACK_BYTES = 32
const RANDOM_DIGITS = 19 // of a receipt; a check digit by ISO 7064 mod 11,10 comes after them, as the server makes it
const HEAD = 256 // bytes in front of a piece of a file, that say which it is
const STEP = 4096 // bytes, to a multiple of which a piece is filled up
const utf8 = (text) => new TextEncoder().encode(text)

/** A random UUID (RFC 9562, version 4); `crypto.randomUUID` is younger than many phones. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

/** The check digit that belongs to these digits. */
export function checkDigit(digits) {
  let product = 10
  for (const digit of digits) {
    const sum = (product + Number(digit)) % 10 || 10
    product = (sum * 2) % 11
  }
  return String((11 - product) % 10)
}

/** Twenty digits nobody can guess. */
export function newReceipt() {
  let digits = ""
  while (digits.length < RANDOM_DIGITS) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      // 256 is no multiple of ten: bytes above 249 would make small digits likelier, so they are drawn again.
      if (byte < 250 && digits.length < RANDOM_DIGITS) digits += String(byte % 10)
    }
  }
  return digits + checkDigit(digits)
}

/** Bytes as base64url without padding. */
const toBase64 = (bytes) =>
  btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")

const fromBase64 = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0))

/** What the seal is bound to: a seal of another place, key or report does not open. */
const infoOf = (deployment, key, submission) => `redress outbox v1\n${deployment}\n${key}\n${submission}`

/** JSON with spaces up to the next step of length. */
export function padded(value) {
  const bytes = utf8(JSON.stringify(value))
  let size = SMALLEST
  while (size < bytes.length) size *= 2
  const body = new Uint8Array(size).fill(0x20)
  body.set(bytes)
  return body
}

async function tagged(ack, bytes) {
  const key = await crypto.subtle.importKey("raw", ack, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
  return toBase64(await crypto.subtle.sign("HMAC", key, bytes))
}

/** What the server answers when it kept what is named, and only then: it has to open the seal to know `ack`. */
export const proofOf = (ack, what) => tagged(ack, utf8(`redress ${what}`))

/** What a report says of a file's content. */
export const tagOf = async (ack, file, bytes) =>
  tagged(ack, await new Blob([`redress file v1 ${file} `, await crypto.subtle.digest("SHA-256", bytes)]).arrayBuffer())

/** The secret of a report, which answers about it and its files are proved with. */
export const newAck = () => crypto.getRandomValues(new Uint8Array(ACK_BYTES))

async function sealed({ public: told }, info, body) {
  const hpke = suite()
  const recipientPublicKey = await hpke.kem.deserializePublicKey(fromBase64(told))
  return hpke.seal({ recipientPublicKey, info: utf8(info) }, body)
}

/** Seal what a worker filled in, or pressed in the `inbox`: the record for the outbox, with the proof to look for instead of the secret behind it. */
export async function sealReport(kit, { submission, receipt, lang, fields, files, inbox, ack = newAck() }) {
  const key = kit.keys[0]
  const told = { v: VERSION, submission, key: key.id, receipt, ack: toBase64(ack), lang, fields, files, inbox }
  const { enc, ct } = await sealed(key, infoOf(kit.deployment, key.id, submission), padded(told))
  return {
    submission,
    sealed: { v: VERSION, key: key.id, submission, enc: toBase64(enc), ct: toBase64(ct) },
    proof: await proofOf(ack, `kept v1 ${submission}`),
    state: "waiting",
  }
}

/** Seal one piece of a file: nothing outside of the seal tells whose it is. */
export async function sealPiece(kit, { ack, ...place }, piece) {
  const key = kit.keys[0]
  const body = new Uint8Array(Math.ceil((HEAD + piece.length) / STEP) * STEP)
  body.fill(0x20, 0, HEAD)
  body.set(utf8(JSON.stringify({ v: VERSION, ...place, ack: toBase64(ack) })))
  body.set(piece, HEAD)
  const { enc, ct } = await sealed(key, `redress outbox file v1\n${kit.deployment}\n${key.id}`, body)
  return new Blob([new Uint8Array([VERSION, key.id.length]), key.id, enc, ct]).arrayBuffer()
}

/** Seal nothing once: the first seal of a page takes ten times as long as the next, and nobody should wait for it. */
export const warmUp = (kit) => sealReport(kit, { submission: "", receipt: "", lang: "", fields: [] })

// A draft is sealed under a key made of two: one that this browser keeps and gives to nobody, and the code that the worker chose.

const ROUNDS = 600_000 // of PBKDF2: a part of a second on a cheap phone, for each code that is tried

/** The code as it is meant: keyboards of phones begin with a capital by themselves. */
export const plainCode = (code) => code.normalize("NFKC").trim().toLowerCase()

/** An empty draft, locked with nothing yet. */
export async function newDraft() {
  const secret = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"])
  return { id: newId(), secret, salt: crypto.getRandomValues(new Uint8Array(16)), tries: 0 }
}

/** The key of a draft; it lives in the memory of a page and nowhere else. */
export async function keyOf({ secret, salt }, code) {
  const typed = await crypto.subtle.importKey("raw", utf8(plainCode(code)), "PBKDF2", false, ["deriveBits"])
  const stretched = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, typed, 256)
  const mixed = await crypto.subtle.sign("HMAC", secret, stretched)
  return crypto.subtle.importKey("raw", mixed, "AES-GCM", false, ["encrypt", "decrypt"])
}

const bound = (id, iv) => ({ name: "AES-GCM", iv, additionalData: utf8(`redress draft v1 ${id}`) })

/** The fields, sealed, with an IV of their own each time. */
export async function lock(key, id, fields) {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  return { iv, sealed: await crypto.subtle.encrypt(bound(id, iv), key, padded(fields)) }
}

/** The fields of a draft; null when the key is not its own. */
export async function unlock(key, { id, iv, sealed }) {
  try {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(bound(id, iv), key, sealed)))
  } catch {
    return null
  }
}

// To whom it is sealed: the intake keys of this place, as the server names them.

const ADDRESS = "/api/v1/kit"
const OLDEST = 1 // the version of the outbox that this kit speaks
const FRESH_FOR = 864e5 // milliseconds: a day
const ANSWERS_WITHIN = 8000

const isKit = (kit) => kit?.redress === 1 && kit.oldest <= OLDEST && kit.keys?.length && kit.deployment

/** The keys as they are now on the server; null without network, or when it no longer takes what this kit makes. */
export async function newestKit() {
  try {
    const answer = await fetch(ADDRESS, {
      cache: "no-store", credentials: "omit", redirect: "error", signal: within(ANSWERS_WITHIN),
    })
    const kit = await answer.clone().json()
    if (!isKit(kit)) return null
    await remember(answer)
    return kit
  } catch {
    return null
  }
}

/** The keys that this phone knows, null when it knows none. */
export async function knownKit() {
  try {
    const kit = await (await caches.match(ADDRESS))?.json()
    return isKit(kit) ? kit : null
  } catch {
    return null
  }
}

/** Ask again once a day, so that a form is used without a byte from the network in between. */
export async function refreshKit() {
  const known = await caches.match(ADDRESS).catch(() => undefined)
  const age = Date.now() - Date.parse(known?.headers.get("Date") ?? "")
  // Not a number, or of another year because the phone's clock is wrong: ask.
  return Math.abs(age) < FRESH_FOR ? null : newestKit()
}

/** Beside the pages of the kit; before there are any, nowhere: then this page alone knows it. */
async function remember(answer) {
  const names = (await caches.keys()).filter((name) => name.startsWith("kit "))
  for (const name of names) await (await caches.open(name)).put(ADDRESS, answer.clone())
}
