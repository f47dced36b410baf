// On every page of the worker's, as small as can be: the way out works at once, and the rest of the kit comes after the first paint.

const opened = Date.now()
const WIPED_WITHIN = 300 // milliseconds; the page is empty meanwhile

function leave(way, ready = Promise.resolve()) {
  // The words go from the screen before anything is asked of a network that may be slow.
  document.body.replaceChildren()
  // In place of this page: Back leads to whatever was there before it.
  void ready.then(() => location.replace(way))
}

// What a worker asked this phone to keep (drawer.js). A store that does not answer holds nobody up.
const wipe = () =>
  new Promise((done) => {
    setTimeout(done, WIPED_WITHIN)
    const wiped = indexedDB.deleteDatabase("draft")
    wiped.onsuccess = wiped.onerror = done
  }).catch(() => {})

addEventListener("click", (event) => {
  const way = event.target.closest("a[href$='/exit']")
  if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  try {
    sessionStorage.setItem("left", Date.now())
  } catch {
    // No storage here: then only this page is gone, as without a script.
  }
  leave(way.href, wipe())
})

// Browsers keep whole pages for Back, words included: an older one of this tab is not shown again once somebody left.
addEventListener("pageshow", ({ persisted }) => {
  try {
    if (persisted && Number(sessionStorage.getItem("left")) > opened) leave(`/${document.documentElement.lang}/calendar`)
  } catch {
    // As above.
  }
})

// Whoever only reads an answer on this phone, once, neither waits for the kit nor leaves it here.
const wanted = document.querySelector("form[action$='/report']") || navigator.serviceWorker?.controller
const rest = () => wanted && setTimeout(() => import("./page.js"), 0)
if (document.readyState === "complete") rest()
else addEventListener("load", rest)
