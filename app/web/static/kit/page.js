// The kit on a page, after its first paint: installs the service worker, takes over the form, and sends what waits.

import { checkCurrent, current, hear, takeOver } from "./form.js"
import { ARRIVED, WAITS, others, sendAll, wakeLater } from "./outbox.js"
import { heads, sendParts } from "./parts.js"
import { haveWords, language, note, tell } from "./screen.js"
import { refreshKit } from "./seal.js"
import { offerSpeech, offerSteps } from "./steps.js"
import { all } from "./store.js"
import { showParts, showWaiting } from "./waiting.js"

const AGAIN = 20_000 // milliseconds until a page that stays open tries again by itself

const able = () =>
  "serviceWorker" in navigator && "indexedDB" in self && "BroadcastChannel" in self && Boolean(self.crypto?.subtle)

async function begin() {
  const whole = able()
  if (whole) {
    navigator.serviceWorker.register("/sw.js", { type: "module" }).catch(() => {})
    navigator.serviceWorker.controller?.postMessage({ language })
  }
  if (!(await haveWords())) return
  const form = document.querySelector("form[action$='/report']")
  // A page that asks something in between carries the answers, and no questions.
  if (form?.querySelector("fieldset")) {
    const { files } = form.elements
    // A field for files is never empty: it would look as if somebody had begun.
    if (files) files.disabled = true
    offerSteps(form)
    if (files) files.disabled = false
    offerSpeech(form)
  }
  // A phone that cannot do all of the rest does none of it: the plain way is as good.
  if (!whole) return
  // The page that answers a post belongs to that post and to its token.
  if (form && !location.pathname.endsWith("/report")) await takeOver(form)
  document.getElementById("receipt")?.form.addEventListener("submit", (event) => {
    // With something that waits for the code, it may wait here.
    if (navigator.onLine || event.target.matches("[data-waits]")) return
    event.preventDefault()
    note("no-network")
    const { value } = event.target.receipt
    import("./stage.js").then(({ showStage }) => showStage(value)).catch(() => {})
  })
  others.addEventListener("message", ({ data }) => void learn(data))
  addEventListener("click", ({ target }) => target.closest("[data-do=send]") && void drain(true))
  for (const moment of ["online", "pageshow", ARRIVED]) addEventListener(moment, () => void drain())
  addEventListener(WAITS, () => {
    lookAgain()
    void showParts()
  })
  // From here on a press on "Send" is the kit's; tests wait for it.
  document.documentElement.dataset.kit = "on"
  await refreshKit()
  await drain()
}

let again

/** Send what waits, and show how things stand. */
async function drain(asked = false) {
  let sent = (await heads()).length > 0
  const heard = async (submission, answer) => {
    if (current?.submission === submission && answer.state !== "later") await hear(current, answer)
    else sent ||= answer.state === "kept"
  }
  const left = await sendAll({ asked, mine: current?.submission, heard }).catch(() => false)
  await checkCurrent()
  await showWaiting()
  const parts = await sendParts({ asked, heard: showParts }).catch(() => false)
  await showParts()
  // Else the notice that something waits would only vanish, as it does when it is deleted.
  if (sent && !current) await tellSent()
  clearTimeout(again)
  if (!left && parts === false) return
  if (asked && (left || parts)) note("tried")
  lookAgain()
  await wakeLater()
}

function lookAgain() {
  clearTimeout(again)
  again = setTimeout(() => void drain(), AGAIN)
}

/** Another tab or the service worker sent something. */
async function learn({ submission, state }) {
  if (state === "goes") return
  if (current?.submission === submission && state === "kept") await hear(current, { state })
  else {
    if (!current && (state === "kept" || state === "part")) await tellSent()
    await checkCurrent()
  }
  await showWaiting()
}

/** Everything that was here was sent: said once nothing of it is left. */
const tellSent = async () => !(await all()).length && !(await heads()).length && tell("sent")

void begin()
