import { describeReceived, MixError } from './errors.js';
import { decodeElements } from './internal/decode-elements.js';
import { findDuplicateKey } from './internal/duplicate-key.js';
import {
  bytesPerElement,
  isReserved,
  isSize,
  type SafetensorsDtype,
  type SafetensorsIndex,
  type StoredTensor,
} from './safetensors.js';

// The format's own limit; a longer header is an attack or another kind of file.
const MAX_HEADER = 100_000_000;

interface Entry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Opens a safetensors file for reading one tensor at a time, so that no second copy of all of it is made. Everything but the
 * elements is checked at once, as in {@link readSafetensors}.
 *
 * @param bytes The whole file; borrowed as long as tensors are read from it.
 * @param source Name of the file, for messages.
 * @param where Name of the function that was called, for messages.
 * @returns Tensors in the order of their data, and metadata.
 * @throws MixError `FORMAT`, saying which tensor breaks which rule.
 */
export function openSafetensors(
  bytes: Uint8Array,
  source = 'safetensors',
  where = 'openSafetensors',
): SafetensorsIndex {
  const refuse = (argument: string, problem: string, received: unknown): MixError =>
    new MixError(`${where}: ${source}: ${problem.length > 300 ? `${problem.slice(0, 297)}...` : problem}`, {
      code: 'FORMAT',
      argument,
      received,
    });

  const { header, start } = readHeader(bytes, refuse);
  const metadata: Record<string, string> = {};
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (!isRecord(value)) throw refuse(name, '__metadata__ is not an object', value);
      for (const [key, text] of Object.entries(value)) {
        if (key === '__proto__') throw refuse(key, "metadata key '__proto__' is not allowed", key);
        if (typeof text !== 'string') throw refuse(key, `metadata '${key}' is not a string`, text);
        metadata[key] = text;
      }
    } else {
      entries.push(readEntry(name, value, bytes.length - start, refuse));
    }
  }
  checkTiling(entries, bytes.length - start, refuse);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of entries.sort(byOffset)) {
    const read = () => decodeElements(copyOf(bytes, start + begin, start + end), dtype);
    tensors.set(name, { dtype, shape, read });
  }
  return { tensors, metadata };
}

// Not `bytes.slice`: a Node Buffer's shares memory with the original.
function copyOf(bytes: Uint8Array, begin: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - begin);
  copy.set(bytes.subarray(begin, end));
  return copy;
}

type Refuse = (argument: string, problem: string, received: unknown) => MixError;

function readHeader(bytes: Uint8Array, refuse: Refuse): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8)
    throw refuse('header', `file of ${bytes.length} bytes is too short for a header`, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(Math.min(bytes.length - 8, MAX_HEADER))) {
    throw refuse(
      'header',
      `header claims ${length} bytes, the file has ${bytes.length - 8} after its length`,
      length,
    );
  }
  const start = 8 + Number(length);
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, start));
    header = JSON.parse(text);
  } catch (cause) {
    throw refuse(
      'header',
      `header is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      undefined,
    );
  }
  if (!text.startsWith('{') || !isRecord(header))
    throw refuse('header', 'header is not a JSON object', header);
  // JSON.parse keeps the last of several equal keys, which would let two readers see two files.
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) throw refuse(duplicate, `name '${duplicate}' occurs twice`, duplicate);
  return { header, start };
}

function readEntry(name: string, value: unknown, available: number, refuse: Refuse): Entry {
  if (isReserved(name)) {
    throw refuse(name, `tensor name '${name}' is not allowed`, name);
  }
  if (!isRecord(value)) throw refuse(name, `tensor '${name}' is not described by an object`, value);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerElement, dtype)) {
    const known = Object.keys(bytesPerElement).join(', ');
    throw refuse(name, `tensor '${name}' has dtype ${describeReceived(dtype)}; known are ${known}`, dtype);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw refuse(name, `tensor '${name}' has shape ${describeReceived(shape)}, not a list of sizes`, shape);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw refuse(
      name,
      `tensor '${name}' has data_offsets ${describeReceived(offsets)}, not [begin, end]`,
      offsets,
    );
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > available) {
    throw refuse(name, `tensor '${name}' lies at [${begin}, ${end}) in ${available} bytes of data`, offsets);
  }
  const known = dtype as SafetensorsDtype;
  const wanted = (shape as number[]).reduce((product, size) => product * size, bytesPerElement[known]);
  if (wanted !== end - begin) {
    throw refuse(
      name,
      `tensor '${name}' of shape [${shape}] and dtype ${dtype} needs ${wanted} bytes but has ${end - begin}`,
      shape,
    );
  }
  return { name, dtype: known, shape: shape as number[], begin, end };
}

const byOffset = (a: Entry, b: Entry): number => a.begin - b.begin || a.end - b.end;

function checkTiling(entries: readonly Entry[], available: number, refuse: Refuse): void {
  let position = 0;
  for (const { name, begin, end } of [...entries].sort(byOffset)) {
    if (begin !== position) {
      const problem =
        begin < position ? 'overlaps the tensor before it' : `leaves ${begin - position} bytes unused`;
      throw refuse(name, `tensor '${name}' at [${begin}, ${end}) ${problem}`, [begin, end]);
    }
    position = end;
  }
  if (position !== available) {
    throw refuse('data', `tensors cover ${position} of ${available} bytes of data`, available);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
