// The outbox on the phone: sealed reports and nothing else, in IndexedDB. Every failure reaches whoever called.

const VERSION = 1
const OUTBOX = { name: "outbox", inside: "reports", made: { keyPath: "submission" } }
const OPENS_WITHIN = 4000 // milliseconds: some private modes neither open nor fail

function open(where, ...version) {
  const { name, inside, made } = where
  return new Promise((done, failed) => {
    const request = indexedDB.open(name, ...version)
    // Who holds the store closes it in a moment, or this gives up.
    const late = setTimeout(() => failed(new Error("the store did not open")), OPENS_WITHIN)
    request.onupgradeneeded = ({ oldVersion }) => {
      // Later versions add to this and never drop it: what waits there has to open and go out after an update too.
      if (oldVersion < 1) request.result.createObjectStore(inside, made)
    }
    request.onerror = () => {
      clearTimeout(late)
      // A newer page was here, and added to what this one knows: it works with the store as it is.
      if (version.length && request.error.name === "VersionError") done(open(where))
      else failed(request.error)
    }
    request.onsuccess = () => {
      clearTimeout(late)
      // A newer page may need to upgrade: an open connection would hold it up.
      request.result.onversionchange = () => request.result.close()
      done(request.result)
    }
  })
}

/** Run one transaction; it is over, and on the disk, when the promise is. */
export async function transact(mode, work, where = OUTBOX) {
  const store = await open(where, VERSION)
  try {
    return await new Promise((done, failed) => {
      // "strict": a phone that dies right after "Saved on this phone" has it.
      const transaction = store.transaction(where.inside, mode, { durability: "strict" })
      const result = { value: undefined }
      transaction.oncomplete = () => done(result.value)
      transaction.onabort = transaction.onerror = () => failed(transaction.error ?? new Error("the store gave up"))
      work(transaction.objectStore(where.inside), result)
    })
  } finally {
    store.close()
  }
}

/** Keep a record, in place of an older one of the same report; `order` is all that tells which was written first. Of one `thread`, none goes
before those written before it; what names none is a thread of its own. */
export const keep = (record) =>
  transact("readwrite", (reports) => {
    reports.getAll().onsuccess = ({ target }) => {
      const there = target.result.find(({ submission }) => submission === record.submission)
      const order = there?.order ?? 1 + Math.max(0, ...target.result.map((each) => each.order ?? 0))
      try {
        reports.put({ thread: record.submission, at: there?.at ?? Date.now(), ...record, order })
      } catch {
        // What a handler throws reaches nobody who waits.
        reports.transaction.abort()
      }
    }
  })

/** Whether reports can be kept here at all: tried with a record that is taken out again. */
export async function canKeep() {
  try {
    await transact("readwrite", (reports) => {
      reports.put({ submission: "", state: "trial", padding: new Uint8Array(64 * 1024) })
      reports.delete("")
    })
    return true
  } catch {
    return false
  }
}

/** All records, as they were written. Of what each tells they carry only when: else nobody could say which of several is theirs. */
export const all = () =>
  transact("readonly", (reports, result) => {
    reports.getAll().onsuccess = ({ target }) => (result.value = target.result.sort((a, b) => (a.order ?? 0) - (b.order ?? 0)))
  })

/** One record, or undefined. */
export const find = (submission) =>
  transact("readonly", (reports, result) => {
    reports.get(submission).onsuccess = ({ target }) => (result.value = target.result)
  })

/** Change a record that is still there; `change` returns what to add to it, or null to leave it. Tells whether it was changed. */
export const amend = (submission, change) =>
  transact("readwrite", (reports, result) => {
    result.value = false
    reports.get(submission).onsuccess = ({ target }) => {
      const added = target.result && change(target.result)
      if (!added) return
      reports.put({ ...target.result, ...added })
      result.value = true
    }
  })

/** Take a record out. */
export const drop = (submission) => transact("readwrite", (reports) => void reports.delete(submission))

// A draft has a database of its own. That of the outbox so stays as older pages and workers, open beside this one, know it.
const DRAWER = { name: "draft", inside: "drafts" }
const ONLY = 1

/** The draft that lies here, or undefined. */
export const draftHere = () =>
  transact("readonly", (drafts, result) => {
    drafts.get(ONLY).onsuccess = ({ target }) => (result.value = target.result)
  }, DRAWER)

/** How many things lie here, whosesoever they are: what "Leave now" would delete. */
export const keptHere = () =>
  transact("readonly", (drafts, result) => {
    drafts.count().onsuccess = ({ target }) => (result.value = target.result)
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
