// The page on which the desk hands a tablet its authority: it makes the tablet ready for a day without a network, and goes there.

import { start, stop } from "./authority.js"

const place = document.getElementById("tablet")

/** Once the worker has kept every page. */
function kept(registration) {
  const worker = registration.installing ?? registration.waiting ?? registration.active
  return new Promise((done, failed) => {
    const look = () => {
      if (worker.state === "activated" || worker.state === "installed") done()
      if (worker.state === "redundant") failed(new Error("the pages were not kept"))
    }
    worker.addEventListener("statechange", look)
    look()
  })
}

async function begin() {
  await start(place.dataset)
  await kept(await navigator.serviceWorker.register("/tablet/sw.js", { type: "module" }))
  // Asked for, and not waited for: some browsers ask the person.
  void navigator.storage?.persist?.()
  // In place of this page: Back leads to no desk.
  location.replace(place.dataset.way)
}

begin().catch(() => {
  void stop().catch(() => {}) // no storage at all
  place.hidden = true
  document.getElementById("cannot").hidden = false
})
