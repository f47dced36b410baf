// The service worker of a tablet beside a helper: the form of every language without a network. It answers GET only.

import { sendAll } from "../kit/outbox.js"
import { askServer } from "./authority.js"

const PREFIX = "tablet "
const KEYS = "/api/v1/kit"

/** Hang everything on this worker; called while the script runs for the first time, as browsers demand. */
export function serve({ version, files, pages }) {
  const name = PREFIX + version
  const cache = () => caches.open(name)
  const fromCache = async (address) => (await cache()).match(address, { ignoreVary: true, ignoreSearch: true })

  async function install() {
    try {
      const wanted = [KEYS, ...files, ...pages]
      await (await cache()).addAll(wanted.map((each) => new Request(each, { credentials: "omit", cache: "no-cache" })))
    } catch (failure) {
      // Half a version is none: the one before goes on.
      await caches.delete(name)
      throw failure
    }
  }

  async function tidy() {
    const old = (await caches.keys()).filter((each) => each.startsWith(PREFIX) && each !== name)
    await Promise.all(old.map((each) => caches.delete(each)))
  }

  /** The keys as the network tells them, kept for when there is none. Who asked for the newest is told when they did not come. */
  async function keys(request) {
    const answer = await fetch(request)
    if (answer.ok) await (await cache()).put(KEYS, answer.clone())
    return answer
  }

  function answer(event) {
    const { request } = event
    const { origin, pathname } = new URL(request.url)
    if (request.method !== "GET" || origin !== self.location.origin) return
    if (pathname === KEYS) event.respondWith(keys(request))
    else if (files.includes(pathname) || pages.includes(pathname)) event.respondWith(fromCache(pathname).then((found) => found ?? fetch(request)))
  }

  // No skipWaiting and no claim: a page keeps the version it was opened with.
  self.addEventListener("install", (event) => event.waitUntil(install()))
  self.addEventListener("activate", (event) => event.waitUntil(tidy()))
  self.addEventListener("fetch", answer)
  self.addEventListener("sync", (event) => event.waitUntil(whatWaits()))
}

async function whatWaits() {
  const waits = await sendAll()
  // Whenever there is a network, though no page may be open.
  await askServer()
  // The browser tries again later by itself when this fails.
  if (waits) throw new Error("something still waits")
}
