import { invalidArgument } from './errors.js';
import { bytesPerElement, type HostTensor, type SafetensorsDtype } from './safetensors.js';

/**
 * Writes a safetensors file: header padded to a multiple of 8 bytes, tensors one after the other, larger element types
 * first, so that every tensor is aligned to its element size.
 *
 * @param tensors Names and tensors; 16-bit floats cannot be written. Borrowed.
 * @param metadata Strings for the header's `__metadata__`.
 * @returns The whole file.
 * @throws MixError `INVALID_ARGUMENT` for a name that readers refuse or occurs twice, `SHAPE` when shape and data differ.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: HostTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = [...tensors].sort(([, a], [, b]) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype]);
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set('__metadata__', metadata);
  let position = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    checkName(name, header);
    const count = shape.reduce((product, size) => product * size, 1);
    if (count !== data.length || dtypeOf(data) !== (dtype === 'BOOL' ? 'U8' : dtype)) {
      throw invalidArgument(
        'writeSafetensors',
        `tensor '${name}'`,
        `hold [${shape}] elements of ${dtype}`,
        data.length,
        {
          code: 'SHAPE',
        },
      );
    }
    header.set(name, { dtype, shape, data_offsets: [position, position + data.byteLength] });
    position += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + padded + position).fill(0x20, 8, 8 + padded);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(json, 8);
  let offset = 8 + padded;
  for (const [, { data }] of entries) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

function checkName(name: string, header: ReadonlyMap<string, unknown>): void {
  const reserved = ['', '__metadata__', '__proto__', 'constructor', 'prototype'];
  if (reserved.includes(name) || header.has(name)) {
    throw invalidArgument('writeSafetensors', 'name', 'be new, not empty and not reserved', name);
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
