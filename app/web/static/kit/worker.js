// The service worker: pages of the kit without a network. It answers GET only, and never touches what is posted.

import { wipe } from "./store.js"
import { sendAll, sendParts } from "./outbox.js"

const PREFIX = "kit "
const KEYS = "/api/v1/kit"
const PAGES = ["offline", "saved", "how", "inbox", "calendar"]
const LEFT = "/left" // in the cache of the kit: somebody left without a network, so the server does not know it yet
const ASKED_FOR = "stage.js"
const PATIENCE = 4000 // milliseconds until a page of the kit stands in for one that does not come

/** The address of a page's path: its language and the rest, or null. */
const placed = (path) => path.match(/^\/([^/]+)\/(.*)$/)?.slice(1)

/** Hang everything on this worker; called while the script runs for the first time, as browsers demand. */
export function serve({ version, languages, files }) {
  const cacheName = PREFIX + version
  const kit = () => caches.open(cacheName)
  const pagesOf = (lang) => PAGES.map((page) => new Request(`/${lang}/${page}`, { credentials: "omit", cache: "no-cache" }))

  const addressesIn = async (name) => (name.startsWith(PREFIX) ? await (await caches.open(name)).keys() : []).map(({ url }) => new URL(url).pathname)
  const languagesIn = async (name) => (await addressesIn(name)).map(placed).filter((at) => at?.[1] === "offline").map(([lang]) => lang)

  /** Those of the pages that are open, and those that the version before had: "the languages that the worker used". */
  async function languagesInUse() {
    const clients = await self.clients.matchAll({ includeUncontrolled: true, type: "window" })
    const used = clients.map(({ url }) => placed(new URL(url).pathname)?.[0])
    for (const name of await caches.keys()) used.push(...(await languagesIn(name)))
    const known = [...new Set(used)].filter((lang) => languages.includes(lang))
    return known.length ? known : languages.slice(0, 1)
  }

  async function install() {
    const cache = await kit()
    try {
      await cache.add(new Request(KEYS, { credentials: "omit", cache: "no-cache" }))
      await cache.addAll(files)
      // What a worker asked for goes on with the next version.
      const asked = (await Promise.all((await caches.keys()).map(addressesIn))).flat().some((path) => path.endsWith(ASKED_FOR))
      if (asked) await cache.add(new URL(ASKED_FOR, import.meta.url))
      for (const lang of await languagesInUse()) await cache.addAll(pagesOf(lang))
    } catch (failure) {
      // Half a version is none: the one before goes on.
      await caches.delete(cacheName)
      throw failure
    }
  }

  async function tidy() {
    const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== cacheName)
    await Promise.all(old.map((name) => caches.delete(name)))
  }

  async function learn(lang) {
    const cache = await kit()
    if (languages.includes(lang) && !(await cache.match(`/${lang}/offline`))) await cache.addAll(pagesOf(lang))
  }

  const fromKit = async (address) => (await kit()).match(address, { ignoreVary: true })

  /** The network's answer if it comes in time, else the kit's page; without one there, whatever the network says. */
  async function networkFirst(request, standIn) {
    const page = await fromKit(standIn)
    if (!page) return fetch(request)
    try {
      return await Promise.race([fetch(request), late()])
    } catch {
      return page
    }
  }

  const late = () => new Promise((_, failed) => setTimeout(() => failed(new Error("late")), PATIENCE))

  /** The calendar at once; a session that the server still holds open is closed as soon as it can be reached. */
  async function leave(request, lang) {
    // Also where the way out was opened in a tab of its own, or its script did not come.
    void wipe().catch(() => {})
    const page = await fromKit(`/${lang}/calendar`)
    if (!page) return fetch(request)
    try {
      return await Promise.race([fetch(request), late()])
    } catch {
      await (await kit()).put(LEFT, new Response(lang))
      await self.registration.sync?.register("left").catch(() => {})
      return page
    }
  }

  /** Tell the server that somebody left here, if that is still to be told; before any other page is asked of it. */
  async function closeWhatWasLeft() {
    const lang = await (await fromKit(LEFT))?.text()
    if (!lang) return
    await fetch(`/${lang}/exit`, { redirect: "manual", cache: "no-store" })
    await (await kit()).delete(LEFT)
  }

  /** The address without a language, such as a bookmark's: the server leads on by the browser's languages, without a network this does. */
  async function front(request) {
    try {
      return await Promise.race([fetch(request), late()])
    } catch {
      const known = await languagesIn(cacheName)
      return known.length ? Response.redirect(`/${known.find((each) => navigator.language.startsWith(each)) ?? known[0]}/`) : fetch(request)
    }
  }

  async function page(request, lang, rest) {
    // The empty form comes from the phone, so that it is there at once; with words in the address the server is asked.
    if (rest === "" || /^s\/[^/]+$/.test(rest)) return (await fromKit(`/${lang}/offline`)) ?? fetch(request)
    if (rest === "exit") return leave(request, lang)
    await closeWhatWasLeft().catch(() => {})
    if (rest === "code") return networkFirst(request, `/${lang}/inbox`)
    return PAGES.includes(rest) ? networkFirst(request, `/${lang}/${rest}`) : fetch(request)
  }

  function answer(event) {
    const { request } = event
    const { origin, pathname, search } = new URL(request.url)
    if (request.method !== "GET" || origin !== self.location.origin) return
    if (files.includes(pathname) || pathname.endsWith(ASKED_FOR)) {
      event.respondWith(fromKit(pathname).then((found) => found ?? fetch(request)))
    } else if (request.mode === "navigate" && !search) {
      const at = placed(pathname)
      if (at && languages.includes(at[0])) event.respondWith(page(request, ...at))
      else if (pathname === "/") event.respondWith(front(request))
    } else if (pathname.endsWith("/how")) {
      event.respondWith(networkFirst(request, pathname))
    } else if (pathname.endsWith("/saved")) {
      event.respondWith(fromKit(pathname).then((found) => found ?? fetch(request)))
    }
  }

  // No skipWaiting and no claim: a page keeps the version it was opened with, and no half-filled form is loaded anew.
  self.addEventListener("install", (event) => event.waitUntil(install()))
  self.addEventListener("activate", (event) => event.waitUntil(tidy()))
  self.addEventListener("fetch", answer)
  self.addEventListener("message", (event) => event.waitUntil(learn(event.data.language)))
  self.addEventListener("sync", (event) => event.waitUntil(event.tag === "left" ? closeWhatWasLeft() : whatWaits()))
}

async function whatWaits() {
  // The browser tries again later by itself when this fails.
  // Whoever looks at a code reads beside it who is told, and whom to call, as if the page itself had sent it.
  const shown = (await self.clients.matchAll({ type: "window" })).length > 0
  const left = await sendAll({ shown })
  if ((await sendParts()) || left) throw new Error("something still waits")
}
