import { invalidArgument } from './errors.js';
import {
  bytesPerElement,
  type HostTensor,
  isReserved,
  isSize,
  type SafetensorsDraft,
  type SafetensorsDtype,
  type StoredTensor,
} from './safetensors.js';

/**
 * Begins a file as {@link writeSafetensors} writes it, to be filled one tensor at a time, so that they need not all be in memory
 * beside it.
 *
 * @param entries Names, element types and shapes of all tensors.
 * @param metadata Strings for the header's `__metadata__`.
 * @param where Name of the function that was called, for messages.
 * @returns The file, zeros where its tensors will be.
 * @throws MixError `INVALID_ARGUMENT` for what readers refuse: a name (also one that occurs twice), dtype, shape or metadata.
 */
export function draftSafetensors(
  entries: Iterable<readonly [name: string, tensor: Pick<StoredTensor, 'dtype' | 'shape'>]>,
  metadata: Readonly<Record<string, string>> = {},
  where = 'draftSafetensors',
): SafetensorsDraft {
  const sorted = [...entries].sort(([, a], [, b]) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype]);
  for (const [key, text] of Object.entries(metadata)) {
    if (typeof text !== 'string') throw invalidArgument(where, `metadata '${key}'`, 'be a string', text);
  }
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set('__metadata__', metadata);
  const places = new Map<
    string,
    { readonly dtype: SafetensorsDtype; readonly shape: readonly number[]; readonly begin: number }
  >();
  let position = 0;
  for (const [name, { dtype, shape }] of sorted) {
    checkName(where, name, header);
    if (!Object.hasOwn(bytesPerElement, dtype) || !shape.every(isSize)) {
      const rule = 'have a known dtype and whole sizes';
      throw invalidArgument(where, `tensor '${name}'`, rule, `${dtype} [${shape}]`);
    }
    const end = position + sizeOf(shape) * bytesPerElement[dtype];
    header.set(name, { dtype, shape, data_offsets: [position, end] });
    places.set(name, { dtype, shape, begin: position });
    position = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + position).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return {
    bytes,
    write(name, data) {
      const place = places.get(name);
      if (place === undefined) throw invalidArgument(where, 'name', 'be one of the draft', name);
      const { dtype, shape, begin } = place;
      const own = dtypeOf(data);
      // The bytes too: what is no array of the format would pass for U8.
      const fits = sizeOf(shape) === data.length && data.byteLength === data.length * bytesPerElement[own];
      if (!fits || own !== (dtype === 'BOOL' ? 'U8' : dtype)) {
        const rule = `hold [${shape}] elements of ${dtype}`;
        const received = `${data.length} of ${own}`;
        throw invalidArgument(where, `tensor '${name}'`, rule, received, { code: 'SHAPE' });
      }
      bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + padded + begin);
    },
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function checkName(where: string, name: string, header: ReadonlyMap<string, unknown>): void {
  if (isReserved(name) || header.has(name)) {
    throw invalidArgument(where, 'name', 'be new, not empty and not reserved', name);
  }
}

/** The dtype under which an array of elements is written: `Uint8Array` as `U8`. */
export function dtypeOf(data: HostTensor['data']): SafetensorsDtype {
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof BigInt64Array) return 'I64';
  if (data instanceof Int32Array) return 'I32';
  if (data instanceof Int16Array) return 'I16';
  if (data instanceof Int8Array) return 'I8';
  return 'U8';
}
