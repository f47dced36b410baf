// Whether a code looks drawn by chance, by the server's own rule: the worker is gone when a code that it refuses comes back.

const FEWEST_DIFFERENT = 5
const STEPS_OF_A_RUN = 7 // of eight digits
const LONGEST_PERIOD = 10

/** One good code in some 50,000 does not, and is drawn again. */
export function looksDrawn(receipt) {
  const numbers = Array.from(receipt.slice(0, -1), Number)
  const steps = numbers.slice(1).map((number, at) => (number - numbers[at] + 10) % 10)
  const run = steps.some((_, at) => at + STEPS_OF_A_RUN <= steps.length && new Set(steps.slice(at, at + STEPS_OF_A_RUN)).size === 1)
  const periods = Array.from({ length: LONGEST_PERIOD }, (_, at) => at + 1)
  const repeats = periods.some((period) => numbers.slice(period).every((number, at) => number === numbers[at]))
  return new Set(numbers).size >= FEWEST_DIFFERENT && !run && !repeats
}
