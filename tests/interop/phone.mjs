// What a phone does with the intake key: HPKE (RFC 9180) with P-256 by the @hpke/core library.
// Usage: node phone.mjs FOLDER_OF_THE_LIBRARY; requests come as one JSON list on stdin, answers go out as one JSON list.

import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const { version, module, main } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const hpke = await import(pathToFileURL(join(folder, module ?? main)).href);

const AEADS = { "AES-128-GCM": hpke.Aes128Gcm, "AES-256-GCM": hpke.Aes256Gcm };
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));
const hex = (buffer) => Buffer.from(buffer).toString("hex");

function suiteOf(request) {
  return new hpke.CipherSuite({
    kem: new hpke.DhkemP256HkdfSha256(),
    kdf: new hpke.HkdfSha256(),
    aead: new AEADS[request.aead](),
  });
}

async function seal(request) {
  const suite = suiteOf(request);
  const recipientPublicKey = await suite.kem.deserializePublicKey(bytes(request.public));
  const sender = await suite.createSenderContext({ recipientPublicKey, info: bytes(request.info) });
  const ciphertext = await sender.seal(bytes(request.plaintext));
  return { ...request, sealed: hex(sender.enc) + hex(ciphertext), by: `@hpke/core ${version}` };
}

async function open(request) {
  const suite = suiteOf(request);
  const sealed = bytes(request.sealed);
  const recipientKey = await suite.kem.deserializePrivateKey(bytes(request.private));
  const enc = sealed.slice(0, 65);
  try {
    const recipient = await suite.createRecipientContext({ recipientKey, enc, info: bytes(request.info) });
    return { plaintext: hex(await recipient.open(sealed.slice(65))) };
  } catch (failure) {
    return { refused: failure.name };
  }
}

const requests = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const request of requests) answers.push(await (request.act === "seal" ? seal(request) : open(request)));
process.stdout.write(JSON.stringify(answers, null, 1) + "\n");
