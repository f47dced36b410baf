// Who stands beside the workers, as the desk gave it to this tablet. It opens nothing; it says under whose eyes a report was written.
// On the disk before anything else happens: after a battery was pulled the day goes on.

import { transact } from "../kit/store.js"

const DRAWER = { name: "tablet", inside: "helpers" }
const ONLY = 1
const HOUR = 3600 * 1000

/** `{authority, helper, organisation, ends}`, or undefined where the tablet was not started or its time is over. */
export async function whoHelps() {
  const told = await transact("readonly", (helpers, result) => {
    helpers.get(ONLY).onsuccess = ({ target }) => (result.value = target.result)
  }, DRAWER)
  return told && Date.now() < told.ends ? told : undefined
}

/** Keep what the desk gave. The hours are counted by this tablet's own clock, whatever it says. */
export function start({ authority, helper, organisation, hours }) {
  const ends = Date.now() + Number(hours) * HOUR
  return transact("readwrite", (helpers) => void helpers.put({ authority, helper, organisation, ends }, ONLY), DRAWER)
}

/** Nobody writes on this tablet any more until it is started again. */
export const stop = () => transact("readwrite", (helpers) => void helpers.delete(ONLY), DRAWER)
