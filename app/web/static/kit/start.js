// On every page of the worker's, as small as can be: the way out works at once, and the rest of the kit comes after the first paint.

const opened = Date.now()
export const leaving = new AbortController()

// Milliseconds at most: a tab that nobody sees shows no frame, and a store that does not answer holds nobody up.
const within = (most, begin) =>
  new Promise((done) => {
    setTimeout(done, most)
    begin(done)
  })

/** Once the screen shows what the page is now. */
export const shown = () => within(100, (done) => requestAnimationFrame(() => setTimeout(done)))

// What a worker asked this phone to keep (store.js).
const wiped = () => within(300, (done) => (indexedDB.deleteDatabase("draft").onsuccess = done))

// Questions that were shown one at a time are steps of this page in the history: it is the page that is replaced, not its last step.
const unwound = () =>
  within(300, (done) => {
    const deep = history.state?.deep
    if (!deep) return done()
    addEventListener("popstate", done)
    history.go(-deep)
  })

/** Hide the page, and go that way: an address, or a form of this page that is sent. */
export function leave(way, ready) {
  // One cheap step, and the next frame shows nothing of the page. On a slow phone all that follows, the way itself above all, would hold that frame back.
  document.documentElement.hidden = true
  leaving.abort()
  try {
    sessionStorage.setItem("left", Date.now())
  } catch {
    // No storage here: then only this page is gone, as without a script.
  }
  return Promise.all([shown(), unwound(), ready?.()])
    .catch(() => {}) // no store: nothing was kept
    .then(() => {
      document.body.replaceChildren(...(way.submit ? [way] : []))
      // In place of this page: Back leads to whatever was there before it.
      if (way.submit) way.submit()
      else location.replace(way)
    })
}

addEventListener("click", (event) => {
  const way = event.target.closest("a[href$='/exit']")
  if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  void leave(way.href, wiped)
})

// Browsers keep whole pages for Back, words included: an older one of this tab is not shown again once somebody left.
addEventListener("pageshow", ({ persisted }) => {
  try {
    if (persisted && Number(sessionStorage.getItem("left")) > opened) void leave(`/${document.documentElement.lang}/calendar`)
  } catch {
    // As above.
  }
})

// Where a message was kept without a kit, the page that said so sends it too.
const waits = async () => (await indexedDB.databases()).some(({ name }) => name === "outbox")
// This may run before there is a page. Whoever only reads an answer on this phone, once, neither waits for the kit nor leaves it here.
const rest = async () => {
  const wanted = document.querySelector("form[action$='/report']") || navigator.serviceWorker?.controller
  if (wanted || (await waits().catch(() => {}))) setTimeout(() => import("./page.js"), 0)
}
if (document.readyState === "complete") rest()
else addEventListener("load", rest)
