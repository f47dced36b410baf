// Answers come when the dispatcher has sent them: the thread is looked at again every two seconds. Without scripts: "Refresh".
(() => {
  const texts = document.getElementById("texts")
  const look = async () => {
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" })
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html")
        const fresh = page.getElementById("texts")
        if (fresh && fresh.textContent !== texts.textContent) texts.replaceChildren(...fresh.childNodes)
      }
    } catch {
      // The service is away for a moment: look again.
    }
    setTimeout(look, 2000)
  }
  document.getElementById("body").focus({ preventScroll: true })
  setTimeout(look, 2000)
})()
