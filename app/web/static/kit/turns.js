// One at a time: several tabs and the service worker look after the same outbox, and each report may be on its way only once.

import { amend } from "./store.js"

const LEASE = 90_000 // milliseconds; longer than a post may take

/** Do `work` while nobody else works on this report; without waiting, and undefined when somebody does. */
export function inTurn(submission, work) {
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
