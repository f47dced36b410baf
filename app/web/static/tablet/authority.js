// Who stands beside the workers, as the desk gave it to this tablet. It opens nothing; it says under whose eyes a report was written.

const PLACE = "tablet"
const HOUR = 3600 * 1000

/** `{authority, helper, organisation, ends}`, or null where the tablet was not started or its time is over. */
export function whoHelps() {
  const told = JSON.parse(localStorage.getItem(PLACE))
  return told && Date.now() < told.ends ? told : null
}

/** Keep what the desk gave. The hours are counted by this tablet's own clock, whatever it says. */
export function start({ authority, helper, organisation, hours }) {
  const ends = Date.now() + Number(hours) * HOUR
  localStorage.setItem(PLACE, JSON.stringify({ authority, helper, organisation, ends }))
}

/** Nobody writes on this tablet any more until it is started again. */
export const stop = () => localStorage.removeItem(PLACE)
