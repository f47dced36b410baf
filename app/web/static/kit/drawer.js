// Where a draft lies on the phone: one, in a database of its own. That of the outbox so stays as older pages and workers, open beside this one, know it.

import { transact } from "./store.js"

const DRAWER = { name: "draft", inside: "drafts" }
const ONLY = 1

/** The draft that lies here, or undefined. */
export const draftHere = () =>
  transact("readonly", (drafts, result) => {
    drafts.get(ONLY).onsuccess = ({ target }) => (result.value = target.result)
  }, DRAWER)

/** Change the draft as `change` says, which gets what lies there and returns what shall, or null for no change. Tells whether it was changed. */
const changed = (change) =>
  transact("readwrite", (drafts, result) => {
    result.value = false
    drafts.get(ONLY).onsuccess = ({ target }) => {
      const next = change(target.result)
      if (!next) return
      drafts.put(next, ONLY)
      result.value = true
    }
  }, DRAWER)

/** Lay a draft in, unless another lies there: nobody's words take the place of somebody else's. */
export const layIn = (draft) => changed((there) => (there ? null : draft))

/** Add to this draft if it still lies there: what was deleted in one tab is not brought back by another. */
export const addTo = (id, added) => changed((there) => (there?.id === id ? { ...there, ...added } : null))

/** Count one more try to open the draft; the number of all of them, 0 when it is gone. */
export const countTry = (id) =>
  transact("readwrite", (drafts, result) => {
    result.value = 0
    drafts.get(ONLY).onsuccess = ({ target }) => {
      if (target.result?.id !== id) return
      result.value = target.result.tries + 1
      drafts.put({ ...target.result, tries: result.value }, ONLY)
    }
  }, DRAWER)

/** Take this draft out, with its key. */
export const takeOut = (id) =>
  transact("readwrite", (drafts) => {
    drafts.get(ONLY).onsuccess = ({ target }) => target.result?.id === id && drafts.delete(ONLY)
  }, DRAWER)

/** Delete it all, whosesoever it is. */
export const wipe = () =>
  new Promise((done, failed) => {
    const request = indexedDB.deleteDatabase(DRAWER.name)
    request.onsuccess = done
    request.onerror = failed
  })
