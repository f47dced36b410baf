// Who stands beside the workers, as the desk gave it to this tablet. It opens nothing; it says under whose eyes a report was written.
// On the disk before anything else happens: after a battery was pulled the day goes on.

import { within } from "../kit/outbox.js"
import { transact } from "../kit/store.js"

const DOOR = "/api/v1/tablet"
const DRAWER = { name: "tablet", inside: "helpers" }
const ONLY = 1
const HOUR = 3600 * 1000
const ANSWERS_WITHIN = 8000 // milliseconds

const here = () =>
  transact("readonly", (helpers, result) => {
    helpers.get(ONLY).onsuccess = ({ target }) => (result.value = target.result)
  }, DRAWER)

/** `{authority, helper, organisation, ends}`, or undefined where the tablet was not started or its time is over. */
export async function whoHelps() {
  const told = await here()
  return told && Date.now() < told.ends ? told : undefined
}

/** Whether it was ended at the desk, and not started since. */
export const wasEnded = async () => Boolean((await here())?.ended)

/** Keep what the desk gave. The hours are counted by this tablet's own clock, whatever it says. */
export function start({ authority, helper, organisation, country, hours }) {
  const ends = Date.now() + Number(hours) * HOUR
  return transact("readwrite", (helpers) => void helpers.put({ authority, helper, organisation, country, ends }, ONLY), DRAWER)
}

/** Nobody writes on this tablet any more until it is started again. */
export const stop = () => transact("readwrite", (helpers) => void helpers.delete(ONLY), DRAWER)

/**
 * Ask whether reports may still be begun here: "on", "over", "ended", or "unasked" where the server did not answer. What is over is so at once.
 * A form asks about its own authority, `mine`: this tablet may have been started for somebody else since, in another window.
 */
export async function askServer(mine) {
  const here = await whoHelps()
  const told = mine ?? here
  if (!here || Date.now() >= told.ends) return "over"
  try {
    const body = new URLSearchParams({ beside: told.authority })
    const asked = { method: "POST", body, cache: "no-store", credentials: "omit", redirect: "error", signal: within(ANSWERS_WITHIN) }
    const said = await (await fetch(DOOR, asked)).json()
    // A hotspot's page is no answer.
    if (said?.redress !== 1 || !["on", "over", "ended"].includes(said.state)) return "unasked"
    if (said.state !== "on") await end(told)
    return said.state
  } catch {
    return "unasked"
  }
}

/** Take the authority out, unless the tablet was started anew meanwhile. */
const end = ({ authority }) =>
  transact("readwrite", (helpers) => {
    helpers.get(ONLY).onsuccess = ({ target }) => target.result?.authority === authority && helpers.put({ ended: true }, ONLY)
  }, DRAWER)
