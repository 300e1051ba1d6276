import { type HostTensor, type Json, MixError, readSafetensors, writeSafetensors } from '@mix/core';
import { sha256 } from './internal/sha256.js';

/** A training run at one moment, in host memory. */
export interface Checkpoint {
  /** `model.*`, `optimizer.<group>.*` and `method.*`. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** What the run is: a checkpoint is taken back only where all of these are equal. */
  readonly identity: Readonly<Record<string, string>>;
  /** Counters, records and the values of everything stateful. */
  readonly values: { readonly [key: string]: Json };
}

const FORMAT = 'mix-checkpoint';
const VERSION = '1';

/**
 * Writes a checkpoint as one safetensors file, with a SHA-256 over all of its content in the metadata.
 *
 * @returns The whole file.
 */
export async function encodeCheckpoint({ tensors, identity, values }: Checkpoint): Promise<Uint8Array> {
  const metadata: Record<string, string> = {
    format: FORMAT,
    version: VERSION,
    identity: JSON.stringify(identity),
    values: JSON.stringify(values),
  };
  metadata['sha256'] = await contentHash(tensors, metadata);
  return writeSafetensors(tensors, metadata);
}

/**
 * Reads what {@link encodeCheckpoint} wrote, and checks every byte of it.
 *
 * @param source Name of the file, for messages.
 * @throws MixError `FORMAT` or `CORRUPT_DATA` for a damaged or foreign file, `UNSUPPORTED` for another version.
 */
export async function decodeCheckpoint(bytes: Uint8Array, source: string): Promise<Checkpoint> {
  // A Buffer of Node's is a Uint8Array whose `slice` does not copy.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { tensors, metadata } = readSafetensors(plain, source);
  const { format, version, sha256: expected, identity, values } = metadata;
  if (format !== FORMAT || identity === undefined || values === undefined) {
    throw new MixError(
      `decodeCheckpoint: ${source} must be a checkpoint of mix; got format ${format ?? 'none'}`,
      {
        code: 'FORMAT',
        argument: source,
        received: format,
      },
    );
  }
  if (version !== VERSION) {
    throw new MixError(
      `decodeCheckpoint: ${source} must be of version ${VERSION}; got ${version}. Read it with the release that wrote it`,
      { code: 'UNSUPPORTED', argument: source, received: version },
    );
  }
  const actual = await contentHash(tensors, metadata);
  if (actual !== expected) {
    throw new MixError(`decodeCheckpoint: ${source} must match its SHA-256, ${expected}; got ${actual}`, {
      code: 'CORRUPT_DATA',
      argument: source,
      received: actual,
    });
  }
  return { tensors, identity: JSON.parse(identity), values: JSON.parse(values) };
}

/** Hash of all metadata but the hash itself, and of all tensors with their names, in the order of the names. */
function contentHash(
  tensors: Checkpoint['tensors'],
  metadata: Readonly<Record<string, string>>,
): Promise<string> {
  const byName = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = Object.entries(metadata)
    .filter(([key]) => key !== 'sha256')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const header = JSON.stringify([texts, byName.map(([name, { dtype, shape }]) => [name, dtype, shape])]);
  const data = byName.map(([, tensor]) => tensor.data);
  return sha256([new TextEncoder().encode(header), ...data]);
}
