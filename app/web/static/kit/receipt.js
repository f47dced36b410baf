// The receipt as the phone makes it: 19 random digits and the check digit of ISO 7064 mod 11,10, the same as the server's.

const RANDOM_DIGITS = 19

/** The check digit that belongs to these digits. */
export function checkDigit(digits) {
  let product = 10
  for (const digit of digits) {
    const sum = (product + Number(digit)) % 10 || 10
    product = (sum * 2) % 11
  }
  return String((11 - product) % 10)
}

/** Twenty digits nobody can guess. */
export function newReceipt() {
  let digits = ""
  while (digits.length < RANDOM_DIGITS) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      // 256 is no multiple of ten: bytes above 249 would make small digits likelier, so they are drawn again.
      if (byte < 250 && digits.length < RANDOM_DIGITS) digits += String(byte % 10)
    }
  }
  return digits + checkDigit(digits)
}

/** Five groups of four. */
export const groupsOf = (receipt) => receipt.match(/.{4}/g)
