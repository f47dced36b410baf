// Where a case stood when its worker last looked, kept on this phone only because they asked: locked with the code of its messages.
// It lies beside the draft, so whatever deletes that, "Leave now" above all, deletes it too. Few ask, so the kit takes this along only then.

import { checkDigit, keyOf, lock, newDraft, unlock } from "./seal.js"
import { transact } from "./store.js"

const DIGITS = 20 // of a code
const DRAWER = { name: "draft", inside: "drafts" }
const SLOT = 2
const MOST_TRIES = 10

/** The twenty digits of a code as it was typed, whichever script they are written in; an empty text where one is mistyped. */
export function digitsOf(typed = "") {
  const digits = [...typed.matchAll(/\p{Nd}/gu)].map(([sign]) => {
    const code = sign.codePointAt(0)
    let zero = code
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
    return (code - zero) % 10
  }).join("")
  return digits.length === DIGITS && checkDigit(digits.slice(0, -1)) === digits.slice(-1) ? digits : ""
}

/** Change what lies here as `next` says: undefined leaves it, null takes it out. Gives what it made of it. */
const change = (next) =>
  transact("readwrite", (drawer, result) => {
    drawer.get(SLOT).onsuccess = ({ target }) => {
      result.value = next(target.result)
      if (result.value) drawer.put(result.value, SLOT)
      else if (result.value === null) drawer.delete(SLOT)
    }
  }, DRAWER)

/** Keep these lines, in place of what lay here; the code is in none of it, and the key in the memory of this page alone. */
export async function keepStage(code, lines) {
  const made = await newDraft()
  const sealed = await lock(await keyOf(made, code), made.id, lines)
  for (const name of (await caches.keys()).filter((each) => each.startsWith("kit "))) await (await caches.open(name)).add(import.meta.url)
  await change(() => ({ ...made, ...sealed }))
}

/** Take it out, whosesoever it is. */
export const dropStage = () => change(() => null)

/** Whether what lies here is of this code, which the server has just taken: nothing is guessed, so nothing is counted. */
export async function isStageOf(code) {
  const kept = await transact("readonly", (drawer, result) => {
    drawer.get(SLOT).onsuccess = ({ target }) => (result.value = target.result)
  }, DRAWER)
  return Boolean(kept && (await unlock(await keyOf(kept, code), kept)))
}

/** The lines, null where this is not their code or nothing lies here. A wrong code counts, and the tenth deletes it. */
export async function openStage(code) {
  // Counted first: whoever closes the page in the middle has tried.
  const kept = await change((there) => there && { ...there, tries: there.tries + 1 })
  if (!kept) return null
  const lines = await unlock(await keyOf(kept, code), kept)
  const tries = lines ? { tries: 0 } : kept.tries < MOST_TRIES ? {} : null
  await change((there) => (there?.id === kept.id ? tries && { ...there, ...tries } : undefined))
  return lines
}

/** Below what the page says where no network is: what was kept, for whoever typed its code. */
export async function showStage(typed) {
  const digits = digitsOf(typed)
  const lines = digits && (await openStage(digits))
  if (!lines) return
  const place = Object.assign(document.createElement("div"), { className: "note" })
  place.setAttribute("role", "status")
  place.append(...lines.map((textContent) => Object.assign(document.createElement("p"), { textContent })))
  document.getElementById("kit-note").append(place)
}
