// On every page of the worker's, as small as can be: the way out works at once, and the rest of the kit comes after the first paint.

const opened = Date.now()
const leaving = new AbortController()

// Milliseconds at most: a tab that nobody sees shows no frame, and a store that does not answer holds nobody up.
const within = (most, begin) =>
  new Promise((done) => {
    setTimeout(done, most)
    begin(done)
  })

// Once the screen shows what the page is now.
const shown = () => within(100, (done) => requestAnimationFrame(() => setTimeout(done)))

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

function leave(way, ready) {
  // One cheap step, and the next frame shows nothing of the page. On a slow phone all that follows, the way itself above all, would hold that frame back.
  document.documentElement.hidden = true
  leaving.abort()
  return Promise.all([shown(), unwound(), ready?.()])
    .catch(() => {}) // no store: nothing was kept
    .then(() => {
      document.body.replaceChildren()
      // In place of this page: Back leads to whatever was there before it.
      location.replace(way)
    })
}

addEventListener("click", (event) => {
  const way = event.target.closest("a[href$='/exit']")
  if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  void leave(way.href, wiped)
  try {
    sessionStorage.setItem("left", Date.now())
  } catch {
    // No storage here: then only this page is gone, as without a script.
  }
})

// Browsers keep whole pages for Back, words included: an older one of this tab is not shown again once somebody left.
addEventListener("pageshow", ({ persisted }) => {
  try {
    if (persisted && Number(sessionStorage.getItem("left")) > opened) void leave(`/${document.documentElement.lang}/calendar`)
  } catch {
    // As above.
  }
})

// The messages come as the answer to their code and stand in this page's place: on a slow line half the wait of a post that only leads to
// them. A script's post is in no history, so nothing can send the code again; whatever goes wrong, the browser posts as without a script.
addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("[data-open]")) return
  event.preventDefault()
  void open(event.target)
})

/** The code that was typed in this visit: in the memory of this page alone, and no longer than the server keeps messages open. */
export const visit = {
  keep(code) {
    visit.code = code
    setTimeout(forget, 900_000)
  },
}
const forget = () => (visit.code = "")
addEventListener("pagehide", forget)

/** An answer of ours in place of this page; null for another, such as that of a hotspot's owner. Whoever left sees none. */
export function turnTo(page, address) {
  if (!page.querySelector("main#top")) return null
  if (leaving.signal.aborted) return page
  history.replaceState(null, "", address)
  document.body.replaceWith(document.adoptNode(page.body))
  scrollTo(0, 0)
  const first = document.querySelector("#wrong, h1")
  first.tabIndex = -1
  first.focus()
  return page
}

async function open(form) {
  const button = form.querySelector("button")
  button.disabled = true
  try {
    const asked = { method: "POST", body: new URLSearchParams(new FormData(form)), signal: leaving.signal }
    const page = new DOMParser().parseFromString(await (await fetch(form.action, asked)).text(), "text/html")
    const typed = form.receipt.value
    if (!turnTo(page, form.action)) throw new Error("another page")
    if (!document.getElementById("receipt")) visit.keep(typed)
    soon()
  } catch {
    button.disabled = false
    if (!leaving.signal.aborted) form.submit()
  }
}

// What is pressed in open messages may wait here on a dead line: ready at once where the kit is, elsewhere for whoever begins to write.
// Pressed before that, it is tried again, and where nothing comes the page stays as it is, with all that was typed, and says so.
const INSIDE = "form[action*='/inbox/'], [data-waits]"
const inbox = () => import("./inbox.js")
addEventListener("focusin", ({ target }) => target.closest(INSIDE) && inbox().catch(() => {}))
const soon = () => navigator.serviceWorker?.controller && document.querySelector(INSIDE) && shown().then(inbox).catch(() => {})
addEventListener("submit", (event) => {
  const { target: form, submitter } = event
  // An older browser does not tell which of several buttons it was.
  if (event.defaultPrevented || !form.matches(INSIDE) || (!submitter && form.querySelector("button[name]"))) return
  event.preventDefault()
  const held = document.getElementById("held")
  const hold = () => {
    if (!held) return form.submit()
    form.append(held)
    held.hidden = false
    held.focus()
  }
  const late = setTimeout(hold, 8000)
  inbox()
    .finally(() => clearTimeout(late))
    .then(({ press }) => press(form, submitter))
    .catch(hold)
})

// Where a message was kept without a kit, the page that said so sends it too.
const waits = async () => (await indexedDB.databases()).some(({ name }) => name === "outbox")
// This may run before there is a page. Whoever only reads an answer on this phone, once, neither waits for the kit nor leaves it here.
const rest = async () => {
  soon()
  const wanted = document.querySelector("form[action$='/report']") || navigator.serviceWorker?.controller
  if (wanted || (await waits().catch(() => {}))) setTimeout(() => import("./page.js"), 0)
}
if (document.readyState === "complete") rest()
else addEventListener("load", rest)
