import { readFileSync } from 'node:fs';

/** The float32 values of a file of the harness. */
export function floats(file) {
  return new Float32Array(bytesOf(file));
}

/** The int32 values of a file of the harness. */
export function integers(file) {
  return new Int32Array(bytesOf(file));
}

// A Buffer may be a window into a larger one.
function bytesOf(file) {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  return buffer.slice(byteOffset, byteOffset + byteLength);
}
