// What the kit puts on the screen. All words come from the page /<lang>/saved, so that they are translated like any other.

export const language = document.documentElement.lang
const main = () => document.getElementById("top")
let words

/** A moment as the pages say it: "Monday 30 November", and the time. */
export const saidAt = (moment, time = { hour: "2-digit", minute: "2-digit" }) =>
  new Date(moment).toLocaleString(language === "en" ? "en-GB" : language, { weekday: "long", day: "numeric", month: "long", ...time })

/** Fetch the words while there is a network or a kit; false when there is neither, or only words of an older kit. */
export async function haveWords() {
  try {
    const answer = await fetch(`/${language}/saved`, { credentials: "omit" })
    if (answer.ok) words = new DOMParser().parseFromString(await answer.text(), "text/html")
  } catch {
    // Asked again when they are needed.
  }
  return Boolean(words?.getElementById("kept"))
}

/** A fresh copy of one of the templates; a page may have words of its own in its place. */
export const copyOf = (name) => document.importNode((document.getElementById(`own-${name}`) ?? words.getElementById(name)).content, true)

/** The numbers of the country that the phone's clock names first, else of the one that is `known`, and those of the others behind a press. */
export function nearFirst(place, known) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone?.split("/").pop()
  const near = place.querySelector(`[data-zones~="${zone}"]`) ?? place.querySelector(`[data-country="${known}"]`)
  const others = place.querySelector("[data-others]")
  if (!others) return
  // Twenty open lists would push the code out of sight, and "this country" is one of them at most.
  for (const each of place.querySelectorAll("[data-country]")) {
    if (each === near) continue
    each.firstElementChild.textContent = each.dataset.name
    others.append(each)
  }
  others.hidden = !others.children[1]
  if (near) others.before(near)
  else others.firstElementChild.textContent = others.dataset.all
}

/** Below the answer: whoever is in danger need not look for the way to send, nor for whom to call. */
export function heedDanger(form, known) {
  const help = copyOf("receipt").querySelector(".if-danger")
  help.firstElementChild.after(form.elements.quick.cloneNode(true), copyOf("ask").querySelector(".unsent"))
  nearFirst(help, known)
  form.querySelector("fieldset").append(help)
  const heed = () => (help.hidden = form.elements.danger.value !== "yes")
  form.addEventListener("change", heed)
  heed()
}

/** Put a template in place of the page's content; what was there is returned and can be brought back by `bringBack`. */
export const show = (name) => turnTo(copyOf(name))

/** The same with what stands in another page. */
export function turnTo(content) {
  const before = [...main().childNodes]
  before.ticked = main().querySelectorAll(":checked")
  main().replaceChildren(...content.childNodes)
  lookAt(main().querySelector("h1"))
  return before
}

/** Put back what `show` returned. A browser unticks answers that leave the page, danger among them. */
export function bringBack(nodes) {
  main().replaceChildren(...nodes)
  for (const each of nodes.ticked) each.checked = true
}

/** The receipt, as this phone made it. */
export function showReceipt(name, receipt, { danger, locked, quiet }) {
  show("receipt")
  for (const part of main().querySelectorAll("[data-in]")) {
    if (!part.dataset.in.split(" ").includes(name)) part.remove()
  }
  lookAt(main().querySelector("h1"))
  for (const place of main().querySelectorAll(".digits")) {
    place.replaceChildren(...receipt.match(/.{4}/g).flatMap((group) => [digitsOf(group), " "]))
  }
  nearFirst(main())
  for (const [which, meant] of Object.entries({ danger, locked, quiet })) {
    for (const note of main().querySelectorAll(`.if-${which}`)) note.hidden = !meant
  }
  holdOn()
}

const ask = (event) => event.preventDefault()

/** A code stands on the screen and nowhere else: whoever pulls the page down is asked first. Every way that the page offers is free. */
function holdOn() {
  addEventListener("beforeunload", ask)
}

addEventListener("click", ({ target }) => target.closest("a") && removeEventListener("beforeunload", ask), { capture: true })

function digitsOf(group) {
  const span = document.createElement("span")
  span.textContent = group
  return span
}

/** The server's own page, in place of this one; the address stays that of the form and tells nothing. */
export function showPage(html) {
  const page = new DOMParser().parseFromString(html, "text/html")
  document.title = page.title
  document.body.replaceWith(document.adoptNode(page.body))
  holdOn()
  lookAt(document.querySelector("h1"))
}

/** A note above the page's content, in place of an older one; null takes it away. `at` is the field that it is about. */
export function note(name, at) {
  lookAt(put(name, at))
}

/** The same for what may come while somebody types: it is said, and the page stays where it is. */
export function tell(name) {
  put(name)
}

function put(name, at) {
  document.getElementById("kit-note")?.remove()
  if (!name) return null
  const place = document.createElement("div")
  place.id = "kit-note"
  place.append(copyOf(name))
  if (at) place.querySelector("a").setAttribute("href", `#${at}`)
  // Whoever left meanwhile sees nothing of it.
  main()?.prepend(place)
  return place
}

function lookAt(element) {
  if (!element) return
  element.tabIndex = -1
  element.focus()
  scrollTo(0, 0)
}
