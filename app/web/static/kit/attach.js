// Photos and recordings beside the words. Until the report is sent they are in this page's memory and nowhere else.

import { copyOf } from "./screen.js"
import { newId } from "./seal.js"

const MOST = 5
const LARGEST = 8 * 1024 * 1024 // bytes, as the server takes them
const LARGEST_CHOSEN = 4 * LARGEST // what a cheap phone can still open, to make it smaller
const LONGEST_SIDE = 1600 // pixels
const LONGEST = 300 // seconds of a recording
const BITS = 24_000 // a second: a voice is clear, and a minute is 180 kB
const SOUNDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"]

let files = []
let working = Promise.resolve()
let recording = null
let place

/** Whether anything hangs on the form. */
export const hasFiles = () => files.length > 0 || Boolean(recording)

/** What hangs on it, as `{file, kind, blob}`, once all of it is ready. */
export async function attached() {
  // What the phone asks before it lets us record may be answered only now.
  for (const _ of [1, 2]) {
    recording?.stop()
    await working
  }
  return files
}

/** Put the buttons under the words. */
export function offerFiles(form) {
  place = Object.assign(document.createElement("div"), { id: "kit-files" })
  place.append(copyOf("attach"))
  form.elements.words.after(place)
  const chosen = part("input")
  // What is on the page without a script, and what was chosen there already.
  const plain = form.elements.files
  for (const photo of plain?.files ?? []) then(() => addPhoto(photo))
  plain?.parentElement.remove()
  part("[data-do=photo]").addEventListener("click", () => chosen.click())
  chosen.addEventListener("change", () => {
    for (const photo of chosen.files) then(() => addPhoto(photo))
    chosen.value = ""
  })
  part("[data-do=record]").hidden = !(self.MediaRecorder && navigator.mediaDevices)
  part("[data-do=record]").addEventListener("click", () => then(record))
  part("[data-do=stop]").addEventListener("click", () => recording?.stop())
  // No microphone listens to somebody who leaves.
  addEventListener("click", ({ target }) => target.closest("a[href$='/exit']") && recording?.drop(), { capture: true })
  // Nor does it listen unseen, under another question.
  addEventListener("turn", () => recording?.stop())
  addEventListener("pagehide", () => recording?.drop())
  document.addEventListener("visibilitychange", () => document.hidden && recording?.stop())
}

const part = (which) => place.querySelector(which)

/** One thing after the other; the newest says how it went. */
function then(work) {
  say("wait")
  working = working.then(work).then(say, () => say("no-mic"))
}

function say(which) {
  for (const each of place.querySelectorAll("[data-say]")) each.hidden = each.dataset.say !== which
}

async function addPhoto(photo) {
  if (files.length >= MOST) return "many"
  if (photo.size > LARGEST_CHOSEN) return "large"
  const canvas = await smaller(photo).catch(() => null)
  if (!canvas) return "no-photo"
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8))
  if (!blob || blob.size > LARGEST) return "large"
  canvas.role = "img"
  canvas.ariaLabel = copyOf("attached").querySelector("[data-kind=photo]").textContent
  return add("photo", blob, canvas)
}

/** Drawn anew, upright: what the camera wrote beside the picture, such as the place, stays behind. */
async function smaller(photo) {
  const picture = await createImageBitmap(photo)
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height))
  const canvas = document.createElement("canvas")
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  const pen = canvas.getContext("2d")
  pen.fillStyle = "#fff" // where a picture is clear, JPEG would be black
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  return canvas
}

/** Begin to record; what came of it is added when it ends. */
async function record() {
  if (recording) return undefined
  if (files.length >= MOST) return "many"
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const mimeType = SOUNDS.find((each) => MediaRecorder.isTypeSupported(each))
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS })
  const pieces = []
  let kept = true
  let seconds = 0
  const show = () => (part("time").textContent = [seconds, LONGEST].map((each) => `${Math.floor(each / 60)}:${String(each % 60).padStart(2, "0")}`).join(" / "))
  const clock = setInterval(() => {
    seconds += 1
    show()
    if (seconds >= LONGEST) recording?.stop()
  }, 1000)
  // It also ends by itself, when the phone takes the microphone away.
  const ended = new Promise((done) => (recorder.onstop = () => (done(), recording?.stop())))
  recorder.ondataavailable = ({ data }) => pieces.push(data)
  recorder.start()
  const stop = () => {
    recording = null
    clearInterval(clock)
    if (recorder.state !== "inactive") recorder.stop()
    for (const track of stream.getTracks()) track.stop()
    // The page is not held up by what it waits for: Send takes what was said so far along.
    working = working.then(() => ended).then(() => (kept ? addVoice(new Blob(pieces, { type: recorder.mimeType })) : undefined)).then(say)
    draw()
  }
  recording = { stop, drop: () => ((kept = false), stop()) }
  show()
  draw()
  part("[data-do=stop]").focus()
  return undefined
}

function addVoice(blob) {
  if (!blob.size || blob.size > LARGEST) return "no-mic"
  const player = Object.assign(document.createElement("audio"), { controls: true, controlsList: "nodownload", src: URL.createObjectURL(blob) })
  player.ariaLabel = copyOf("attached").querySelector("[data-kind=voice]").textContent
  return add("voice", blob, player)
}

function add(kind, blob, shown) {
  const made = { file: newId(), kind, blob }
  const item = document.createElement("li")
  item.append(copyOf("attached"))
  for (const each of item.querySelectorAll("[data-kind]")) each.hidden = each.dataset.kind !== kind
  item.prepend(shown)
  item.querySelector("button").addEventListener("click", () => {
    URL.revokeObjectURL(shown.src)
    files = files.filter((each) => each !== made)
    item.remove()
    say(null)
    part("[data-do=photo]").focus()
  })
  files = [...files, made]
  part("ul").append(item)
}

function draw() {
  part("[data-part=recording]").hidden = !recording
  part("[data-part=ways]").hidden = Boolean(recording)
}
