// Keeping half a report on this phone: only when the worker asks, locked with a code of theirs, and never shown by itself.

import { keyOf, lock, newDraft, plainCode, unlock } from "./seal.js"
import { addTo, countTry, draftHere, layIn, takeOut } from "./store.js"
import { copyOf, language } from "./screen.js"

const SHORTEST = 4 // letters of a code
const MOST_TRIES = 10 // as the words say
const PAUSE = 400 // milliseconds without typing until it is kept

// The draft that this page keeps, `{id, key, form}`, or null.
let mine = null
let pause
let saving = Promise.resolve()
const place = Object.assign(document.createElement("div"), { id: "kit-draft" })
// The choice stands inside the report's form and is none of it: Enter in its line must not send the report.
const own = document.createElement("form")
Object.assign(own, { id: "draft-form", method: "get", action: `/${language}/`, hidden: true })

/** Whether the words in the form are kept here. */
export const keepsDraft = () => Boolean(mine)

/** Offer to keep what is written; or, where something lies here already, to show it to whoever knows its code. */
export async function offerDraft(form) {
  let draft
  try {
    draft = await draftHere()
  } catch {
    // What cannot be kept is not offered.
    return
  }
  form.after(own)
  form.addEventListener("input", soon)
  document.addEventListener("visibilitychange", () => document.hidden && save())
  addEventListener("pagehide", save)
  if (draft) askForCode(form, draft)
  else choose(form)
}

/** Sent, or safe in the outbox: the draft goes, and with it what could open it. */
export async function draftDone() {
  if (!mine) return
  const { id, form } = mine
  mine = null
  clearTimeout(pause)
  await takeOut(id).catch(() => {})
  choose(form)
}

function put(name) {
  place.replaceChildren(copyOf(name))
  dispatchEvent(new Event("kept"))
  return (which) => place.querySelector(which)
}

/** Say one thing, in place of what was said before. */
function say(which) {
  for (const each of place.querySelectorAll("[data-say]")) each.hidden = each.dataset.say !== which
}

function choose(form) {
  const part = put("draft-choice")
  // Beside the words, and not above the form: what a finger is about to press stays where it is.
  form.elements.words.closest("fieldset").append(place)
  part("input").addEventListener("change", ({ target }) => {
    part("[data-part=code]").hidden = !target.checked
    if (target.checked) part("#draft-code").focus()
  })
  own.onsubmit = (event) => {
    event.preventDefault()
    void start(form, part("#draft-code").value)
  }
}

async function start(form, code) {
  if ([...plainCode(code)].length < SHORTEST) return say("short")
  try {
    const draft = await newDraft()
    const key = await keyOf(draft, code)
    const laid = await layIn({ ...draft, ...(await lock(key, draft.id, wordsOf(form))) })
    // Another tab was faster.
    if (!laid) return askForCode(form, await draftHere())
    goOn({ id: draft.id, key, form })
  } catch {
    say("full")
  }
}

/** From here on what is written is kept, what was typed while the key was made too. */
function goOn(draft) {
  mine = draft
  save()
  const part = put("draft-kept")
  part("input").focus({ preventScroll: true })
  part("input").addEventListener("change", () => void draftDone())
}

function askForCode(form, draft) {
  const part = put("draft-waits")
  form.before(place)
  part("[data-do=drop-draft]").addEventListener("click", async () => {
    await takeOut(draft.id)
    choose(form)
  })
  part("form").addEventListener("submit", (event) => {
    event.preventDefault()
    void open(form, draft, part("form input").value).catch(() => say("shut"))
  })
}

async function open(form, { id }, code) {
  say(null)
  // Counted first: whoever closes the page in the middle has tried.
  const tries = await countTry(id)
  const draft = await draftHere()
  if (!tries || draft?.id !== id) return choose(form)
  const key = await keyOf(draft, code)
  const fields = await unlock(key, draft)
  if (fields) {
    await addTo(id, { tries: 0 })
    fill(form, fields)
    return goOn({ id, key, form })
  }
  if (tries < MOST_TRIES) return say("wrong")
  await takeOut(id)
  choose(form)
  return say("deleted")
}

const wordsOf = (form) => [...new FormData(form)].filter(([name]) => name !== "token")

/** Put the words back into the form; what was typed meanwhile stays. */
function fill(form, fields) {
  const answered = new Set(wordsOf(form).map(([name]) => name))
  for (const [name, value] of fields) {
    for (const part of form.querySelectorAll(`[name="${name}"]`)) {
      if (part.type === "hidden") continue
      if (part.type === "checkbox" || part.type === "radio") {
        if (part.value === value && (part.type === "checkbox" || !answered.has(name))) part.checked = true
      } else if (!part.value) part.value = value
      else if (part.rows && value && part.value !== value) part.value = `${value}\n\n${part.value}`
    }
  }
  form.dispatchEvent(new Event("change"))
}

function soon() {
  clearTimeout(pause)
  pause = setTimeout(save, PAUSE)
}

/** Seal what stands in the form now, in place of what was sealed before; one after the other, so that the newest stays. */
function save() {
  clearTimeout(pause)
  saving = saving.then(saveNow)
}

async function saveNow() {
  if (!mine) return
  const draft = mine
  try {
    if (await addTo(draft.id, await lock(draft.key, draft.id, wordsOf(draft.form)))) return
    // Deleted in another tab, or by the way out there.
    if (mine !== draft) return
    mine = null
    choose(draft.form)
  } catch {
    if (mine === draft) say("full")
  }
}
