// On every page of the worker's, as small as can be: the way out works at once, and the rest of the kit comes after the first paint.

const opened = Date.now()
let late

function leave(way) {
  clearTimeout(late)
  // The words go from the screen before anything is asked of a network that may be slow.
  document.body.replaceChildren()
  // In place of this page: Back leads to whatever was there before it.
  location.replace(way)
}

addEventListener("click", (event) => {
  const way = event.target.closest("a[href$='/exit']")
  if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  document.body.replaceChildren()
  // Milliseconds: a store that does not answer holds nobody up, and the page is empty meanwhile.
  late = setTimeout(leave, 300, way.href)
  try {
    sessionStorage.setItem("left", Date.now())
    // What a worker asked this phone to keep (drawer.js).
    indexedDB.deleteDatabase("draft").onsuccess = () => leave(way.href)
  } catch {
    // No storage here: then only this page is gone, as without a script.
  }
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
