// How long anything may take. (AbortSignal.timeout is younger than the browsers of many phones.)

/** A signal that gives up after so many milliseconds. */
export function within(milliseconds) {
  const control = new AbortController()
  setTimeout(() => control.abort(), milliseconds)
  return control.signal
}
