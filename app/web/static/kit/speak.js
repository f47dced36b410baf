// Read aloud by the phone's own speech. Only a voice that lives on the phone: others send the words to whoever makes them.

import { copyOf, language } from "./screen.js"

const speech = self.speechSynthesis
const own = (tag) => tag.toLowerCase().split(/[-_]/)[0]
let now = null // what is being read: its button

const voice = () => speech.getVoices().find((each) => each.localService === true && own(each.lang) === own(language))

/** A button at each question, as soon as there is a voice for it; the list of voices comes late on many phones. */
export function offerSpeech(form) {
  if (!speech?.getVoices) return
  if (voice()) return offer(form)
  speech.addEventListener?.("voiceschanged", () => voice() && !form.querySelector("[data-do=say]") && offer(form))
}

function offer(form) {
  for (const question of form.querySelectorAll(":scope > fieldset")) {
    question.querySelector("legend").after(button("say", () => wordsOf(question)))
  }
  const words = form.elements.words
  words.after(button("say-mine", () => [words.value]))
  // A voice goes on when its page is gone, and it is heard by whoever stands there.
  addEventListener("click", ({ target }) => target.closest("a, [data-do=next], [data-do=before]") && stop(), { capture: true })
  for (const moment of ["pagehide", "popstate"]) addEventListener(moment, stop)
  document.addEventListener("visibilitychange", () => document.hidden && stop())
  form.addEventListener("submit", stop)
}

function button(name, words) {
  const place = document.createElement("p")
  place.append(copyOf(name))
  const made = place.querySelector("button")
  made.addEventListener("click", () => (now?.made === made ? stop() : say(made, words())))
  return place
}

/** What stands in a question, line by line; never what somebody wrote into it. */
function wordsOf(question) {
  const lines = [...question.querySelectorAll("legend, .hint, .pick span, .tile span, .line")]
  return lines.filter((each) => !each.closest("[hidden], #kit-draft, #kit-files")).map((each) => each.textContent.replace(/^\s*\d+/, ""))
}

function say(made, lines) {
  stop()
  const said = lines.filter((each) => each.trim())
  if (!said.length) return
  const mine = { made }
  mark(mine, true)
  // One after the other, each short: some phones stop in the middle of a long text.
  said.forEach((line, index) => {
    const utterance = Object.assign(new SpeechSynthesisUtterance(line), { voice: voice(), lang: language })
    const done = () => now === mine && stop()
    utterance.onerror = done
    if (index === said.length - 1) utterance.onend = done
    speech.speak(utterance)
  })
}

function stop() {
  if (!now) return
  mark(now, false)
  speech.cancel()
}

function mark(read, speaking) {
  now = speaking ? read : null
  for (const each of read.made.children) each.hidden = (each.dataset.part === "stop") !== speaking
}
