"""A device whose own speech writes down what it says."""

from playwright.sync_api import Page

# A phone's speech that writes down what it says. Voices come late, as on phones; each has a language, and is here or elsewhere.
SPEECH = """
    const voices = %s.map(([lang, localService]) => ({ lang, localService }))
    const queue = []
    let known = false
    globalThis.said = []
    globalThis.finish = () => queue.splice(0).forEach(each => each.onend?.())
    globalThis.SpeechSynthesisUtterance = function (text) { this.text = text }
    const speech = Object.assign(new EventTarget(), {
        getVoices: () => known ? voices : [],
        speak: each => { said.push([each.text, each.voice.lang]); queue.push(each) },
        cancel: () => { said.push('silence'); queue.splice(0).forEach(each => each.onerror?.()) },
    })
    Object.defineProperty(globalThis, 'speechSynthesis', { value: speech })
    addEventListener('load', () => setTimeout(() => { known = true; speech.dispatchEvent(new Event('voiceschanged')) }))
"""
HERE = "[['fr-FR', true], ['en-GB', false], ['en_US', true]]"


def said(page: Page) -> list[str]:
    """What was said since somebody asked."""
    found: list[str] = page.evaluate(
        "() => said.splice(0).map(each => each === 'silence' ? each : each[0].trim())"
    )
    return found
