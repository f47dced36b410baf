// To whom reports are sealed: the intake keys of this place, as the server names them.

import { within } from "./outbox.js"

const ADDRESS = "/api/v1/kit"
const OLDEST = 1 // the version of the outbox that this kit speaks
const FRESH_FOR = 24 * 3600 * 1000
const ANSWERS_WITHIN = 8000

const isKit = (kit) => kit?.redress === 1 && kit.oldest <= OLDEST && kit.keys?.length > 0 && Boolean(kit.deployment)

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
