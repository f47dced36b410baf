// The outbox on the phone: sealed reports and nothing else, in IndexedDB. Every failure reaches whoever called.

const VERSION = 1
const OUTBOX = { name: "outbox", inside: "reports", made: { keyPath: "submission" } }
const OPENS_WITHIN = 4000 // milliseconds: some private modes neither open nor fail

function open({ name, inside, made }) {
  return new Promise((done, failed) => {
    const request = indexedDB.open(name, VERSION)
    const late = setTimeout(() => failed(new Error("the store did not open")), OPENS_WITHIN)
    request.onupgradeneeded = ({ oldVersion }) => {
      // Later versions add to this and never drop it: what waits there has to open and go out after an update too.
      if (oldVersion < 1) request.result.createObjectStore(inside, made)
    }
    request.onblocked = () => failed(new Error("another page holds the store"))
    request.onerror = () => failed(request.error)
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
  const store = await open(where)
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

/** Keep a record, in place of an older one of the same report. */
export const keep = (record) => transact("readwrite", (reports) => void reports.put(record))

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

/** All records. They carry no time: it would tell whoever takes the phone when its owner wrote. */
export const all = () =>
  transact("readonly", (reports, result) => {
    reports.getAll().onsuccess = ({ target }) => (result.value = target.result)
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
