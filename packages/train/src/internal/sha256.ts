import { MixError } from '@mix/core';

/** SHA-256 of the parts one after the other, in hexadecimal. */
export async function sha256(parts: readonly ArrayBufferView[]): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new MixError(
      'checkpoint: crypto.subtle must exist to verify checkpoints; got undefined. Serve the page over https or from localhost',
      { code: 'UNSUPPORTED', argument: 'crypto.subtle', received: undefined },
    );
  }
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
    offset += part.byteLength;
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', joined));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
