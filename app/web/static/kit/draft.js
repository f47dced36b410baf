// A draft is sealed under a key made of two: one that this browser keeps and gives to nobody, and the code that the worker chose.

import { newId, padded } from "./seal.js"

const ROUNDS = 600_000 // of PBKDF2: a part of a second on a cheap phone, for each code that is tried
const utf8 = (text) => new TextEncoder().encode(text)

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
