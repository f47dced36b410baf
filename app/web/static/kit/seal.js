// A report sealed to the intake key (HPKE, RFC 9180): from here on this phone cannot read it either.

import { suite } from "../vendor/hpke.min.js"

const VERSION = 1
const SMALLEST = 1024 // bytes; each step doubles, so that a length tells next to nothing of the words
const ACK_BYTES = 32
const utf8 = (text) => new TextEncoder().encode(text)

/** A random UUID (RFC 9562, version 4); `crypto.randomUUID` is younger than many phones. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

/** Bytes as base64url without padding. */
export const toBase64 = (bytes) =>
  btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")

const fromBase64 = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0))

/** What the seal is bound to: a seal of another place, key or report does not open. */
export const infoOf = (deployment, key, submission) => `redress outbox v1\n${deployment}\n${key}\n${submission}`

/** JSON with spaces up to the next step of length. */
export function padded(value) {
  const bytes = utf8(JSON.stringify(value))
  let size = SMALLEST
  while (size < bytes.length) size *= 2
  const body = new Uint8Array(size).fill(0x20)
  body.set(bytes)
  return body
}

/** What the server answers when it kept this report, and only then: it has to open the seal to know `ack`. */
export async function proofOf(ack, submission) {
  const key = await crypto.subtle.importKey("raw", ack, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
  return toBase64(await crypto.subtle.sign("HMAC", key, utf8(`redress kept v1 ${submission}`)))
}

/** Seal what a worker filled in, or pressed in the `inbox`: the record for the outbox, with the proof to look for instead of the secret behind it. */
export async function sealReport(kit, { submission, receipt, lang, fields, inbox }) {
  const key = kit.keys[0]
  const ack = crypto.getRandomValues(new Uint8Array(ACK_BYTES))
  const told = { v: VERSION, submission, key: key.id, receipt, ack: toBase64(ack), lang, fields, inbox }
  const hpke = suite()
  const recipientPublicKey = await hpke.kem.deserializePublicKey(fromBase64(key.public))
  const info = utf8(infoOf(kit.deployment, key.id, submission))
  const { enc, ct } = await hpke.seal({ recipientPublicKey, info }, padded(told))
  return {
    submission,
    sealed: { v: VERSION, key: key.id, submission, enc: toBase64(enc), ct: toBase64(ct) },
    proof: await proofOf(ack, submission),
    state: "waiting",
  }
}

/** Seal nothing once: the first seal of a page takes ten times as long as the next, and nobody should wait for it. */
export const warmUp = (kit) => sealReport(kit, { submission: "", receipt: "", lang: "", fields: [] })
