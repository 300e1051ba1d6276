import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftSafetensors, dtypeOf } from './draft-safetensors.js';
import { isMixError } from './errors.js';
import { openSafetensors } from './open-safetensors.js';
import { readSafetensors } from './read-safetensors.js';
import type { HostTensor } from './safetensors.js';
import { writeSafetensors } from './write-safetensors.js';

/** A file from a header's text and data, whatever they say. */
function file(header: string, data: Uint8Array = new Uint8Array(0), length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const entry = (dtype: string, shape: number[], begin: number, end: number): string =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

describe('writeSafetensors and readSafetensors', () => {
  const arrays: HostTensor['data'][] = [
    new Float64Array([1.5, -2, Number.NaN]),
    new Float32Array([0.1, Infinity]),
    new BigInt64Array([-1n, 2n ** 62n]),
    new Int32Array([-7, 2 ** 31 - 1, 0]),
    new Int16Array([-300]),
    new Int8Array([-128, 127, 0]),
    new Uint8Array([0, 255, 3, 4, 5]),
    new Float32Array(0),
  ];

  it('keep every element type, scalars, empty tensors and metadata', () => {
    const tensors = arrays.map(
      (data, index) => [`t${index}`, { dtype: dtypeOf(data), shape: [data.length], data }] as const,
    );
    const scalar = ['scalar', { dtype: 'F32', shape: [], data: new Float32Array([4]) }] as const;
    const back = readSafetensors(writeSafetensors([...tensors, scalar], { 'a.b': 'ü\n"' }));
    expect(back.metadata).toEqual({ 'a.b': 'ü\n"' });
    arrays.forEach((data, index) => expect(back.tensors.get(`t${index}`)?.data).toEqual(data));
    expect(back.tensors.get('scalar')).toEqual(scalar[1]);
  });

  it('read tensor by tensor, as copies', () => {
    const data = new Float32Array([1, 2]);
    const file = writeSafetensors([['a', { dtype: 'F32', shape: [2], data }]], { format: 'pt' });
    const { tensors, metadata } = openSafetensors(file);
    expect(metadata).toEqual({ format: 'pt' });
    const first = tensors.get('a');
    expect(first).toMatchObject({ dtype: 'F32', shape: [2] });
    expect(first?.read()).toEqual(data);
    expect(first?.read().buffer).not.toBe(file.buffer);
    file.fill(0, file.length - 4);
    expect(first?.read()).toEqual(new Float32Array([1, 0]));
    expect(() => openSafetensors(file.subarray(1), 'a.safetensors', 'loadState')).toThrow(
      'loadState: a.safetensors: ',
    );
  });

  it('write tensor by tensor, in any order', () => {
    const tensors: [string, HostTensor][] = [
      ['a', { dtype: 'I32', shape: [1], data: new Int32Array([3]) }],
      ['b', { dtype: 'F64', shape: [], data: new Float64Array([0.5]) }],
    ];
    const { bytes, write } = draftSafetensors(tensors, { format: 'pt' });
    for (const [name, { data }] of tensors) write(name, data);
    expect(bytes).toEqual(writeSafetensors(tensors, { format: 'pt' }));
    expect(() => write('c', new Int32Array(1))).toThrow(
      'draftSafetensors: name must be one of the draft; got "c"',
    );
    expect(() => write('a', new Float32Array(1))).toThrow(
      "draftSafetensors: tensor 'a' must hold [1] elements of I32",
    );
  });

  it('read what was written for any names and shapes, also from the middle of a buffer', () => {
    const named = fc.dictionary(
      fc.string({ minLength: 1 }),
      fc.array(fc.float({ noNaN: true }), { maxLength: 6 }),
      {
        maxKeys: 6,
      },
    );
    fc.assert(
      fc.property(named, (record) => {
        const names = Object.keys(record).filter(
          (name) => !['__proto__', 'constructor', 'prototype'].includes(name),
        );
        const written = writeSafetensors(
          names.map((name) => {
            const data = Float32Array.from(record[name] as number[]);
            return [name, { dtype: 'F32', shape: [data.length, 1], data }];
          }),
        );
        const shifted = new Uint8Array(written.length + 3);
        shifted.set(written, 3);
        const { tensors } = readSafetensors(shifted.subarray(3));
        expect([...tensors.keys()].sort()).toEqual([...names].sort());
        for (const name of names)
          expect([...(tensors.get(name)?.data ?? [])]).toEqual([
            ...Float32Array.from(record[name] as number[]),
          ]);
      }),
    );
  });

  it('read a Node buffer from the middle of a pool', () => {
    const written = writeSafetensors([['x', { dtype: 'F32', shape: [2], data: new Float32Array([1, 2]) }]]);
    const pooled = Buffer.concat([Buffer.from('abc'), written]).subarray(3);
    const { data } = readSafetensors(pooled).tensors.get('x') as HostTensor;
    expect([...data]).toEqual([1, 2]);
    pooled.fill(0);
    expect([...data]).toEqual([1, 2]);
  });

  it('pad the header to eight bytes, so that data is aligned', () => {
    const bytes = writeSafetensors([['x', { dtype: 'F32', shape: [1], data: new Float32Array([1]) }]]);
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it('widen 16-bit floats', () => {
    const halves = new Uint8Array(new Uint16Array([0x3c00, 0xc000, 0x0001, 0x7c00]).buffer);
    expect([
      ...(readSafetensors(file(`{"h":${entry('F16', [4], 0, 8)}}`, halves)).tensors.get('h')?.data ?? []),
    ]).toEqual([1, -2, 2 ** -24, Infinity]);
    const brain = new Uint8Array(new Uint16Array([0x3f80, 0xc000]).buffer);
    expect([
      ...(readSafetensors(file(`{"h":${entry('BF16', [2], 0, 4)}}`, brain)).tensors.get('h')?.data ?? []),
    ]).toEqual([1, -2]);
  });

  it.each<[name: string, bytes: Uint8Array, message: RegExp]>([
    ['an empty file', new Uint8Array(0), /too short for a header/],
    ['a header longer than the file', file('{}', undefined, 100n), /header claims 100 bytes/],
    ['a header of 2^63 bytes', file('{}', undefined, 2n ** 63n), /header claims 9223372036854775808 bytes/],
    ['a header that is no JSON', file('{"a":'), /header is not JSON/],
    ['a header that is no object', file('[]'), /not a JSON object/],
    ['a header after white space', file(' {}'), /not a JSON object/],
    ['bytes that are no UTF-8', file('{"\u0000"}').fill(0xff, 10, 11), /header is not JSON/],
    [
      'an unknown dtype',
      file(`{"a":${entry('F8', [1], 0, 1)}}`, new Uint8Array(1)),
      /dtype "F8"; known are F64, /,
    ],
    [
      'a dtype of the prototype',
      file(`{"a":${entry('toString', [1], 0, 1)}}`, new Uint8Array(1)),
      /has dtype "toString"/,
    ],
    [
      'a shape that does not fit',
      file(`{"a":${entry('F32', [2], 0, 4)}}`, new Uint8Array(4)),
      /needs 8 bytes but has 4/,
    ],
    [
      'a shape that overflows',
      file(`{"a":${entry('F32', [2 ** 52, 2 ** 52], 0, 4)}}`, new Uint8Array(4)),
      /needs .* but has 4/,
    ],
    ['a negative size', file(`{"a":${entry('F32', [-1], 0, 4)}}`, new Uint8Array(4)), /not a list of sizes/],
    [
      'a fractional size',
      file(`{"a":${entry('F32', [0.5], 0, 4)}}`, new Uint8Array(4)),
      /not a list of sizes/,
    ],
    [
      'offsets out of range',
      file(`{"a":${entry('F32', [2], 0, 8)}}`, new Uint8Array(4)),
      /lies at \[0, 8\) in 4 bytes/,
    ],
    [
      'offsets the wrong way',
      file(`{"a":${entry('F32', [0], 4, 0)}}`, new Uint8Array(4)),
      /lies at \[4, 0\)/,
    ],
    [
      'overlapping tensors',
      file(`{"a":${entry('F32', [1], 0, 4)},"b":${entry('F32', [1], 2, 6)}}`, new Uint8Array(6)),
      /tensor 'b' at \[2, 6\) overlaps the tensor before it/,
    ],
    [
      'a gap between tensors',
      file(`{"a":${entry('U8', [1], 0, 1)},"b":${entry('U8', [1], 2, 3)}}`, new Uint8Array(3)),
      /leaves 1 bytes unused/,
    ],
    [
      'data that no tensor covers',
      file(`{"a":${entry('U8', [1], 0, 1)}}`, new Uint8Array(3)),
      /cover 1 of 3 bytes/,
    ],
    [
      'a name twice',
      file(`{"a":${entry('U8', [1], 0, 1)}, "\\u0061" :${entry('U8', [1], 0, 1)}}`, new Uint8Array(1)),
      /name 'a' occurs twice/,
    ],
    [
      'a field twice',
      file('{"a":{"dtype":"U8","dtype":"I8","shape":[],"data_offsets":[0,1]}}', new Uint8Array(1)),
      /name 'dtype' occurs twice/,
    ],
    [
      'a __proto__ name',
      file(`{"__proto__":${entry('U8', [1], 0, 1)}}`, new Uint8Array(1)),
      /'__proto__' is not allowed/,
    ],
    [
      'a shape of endless depth',
      file(
        `{"a":{"dtype":"U8","shape":${'['.repeat(20000)}${']'.repeat(20000)},"data_offsets":[0,1]}}`,
        new Uint8Array(1),
      ),
      /not a list of sizes/,
    ],
    ['a byte order mark', file('\ufeff{}'), /header is not JSON|not a JSON object/],
    [
      'a __proto__ key in the metadata',
      file('{"__metadata__":{"__proto__":"a"}}'),
      /metadata key '__proto__' is not allowed/,
    ],
    ['metadata of numbers', file('{"__metadata__":{"a":1}}'), /metadata 'a' is not a string/],
    ['a tensor that is no object', file('{"a":3}'), /'a' is not described by an object/],
  ])('refuse %s', (_name, bytes, message) => {
    let thrown: unknown;
    try {
      readSafetensors(bytes, 'model.safetensors');
    } catch (error) {
      thrown = error;
    }
    expect(isMixError(thrown)).toBe(true);
    expect(thrown).toMatchObject({ code: 'FORMAT', message: expect.stringMatching(message) });
    expect((thrown as Error).message).toMatch(/^readSafetensors: model.safetensors: [^\n]*$/);
  });

  it('never throw anything but a MixError on damaged files', () => {
    const good = writeSafetensors([
      ['x', { dtype: 'F32', shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) }],
    ]);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (position, byte, length) => {
        const damaged = good.slice(0, Math.max(length, position + 1));
        damaged[position] = byte;
        try {
          readSafetensors(damaged);
        } catch (error) {
          expect(isMixError(error)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuse to write what could not be read', () => {
    const data = new Float32Array(2);
    expect(() => writeSafetensors([['__proto__', { dtype: 'F32', shape: [2], data }]])).toThrow(
      /name must be new/,
    );
    expect(() => writeSafetensors([['a', { dtype: 'F32', shape: [3], data }]])).toThrow(
      /tensor 'a' must hold \[3\] elements of F32; got "2 of F32"/,
    );
    expect(() => writeSafetensors([['a', { dtype: 'F64', shape: [2], data }]])).toThrow(/of F64/);
    const bits = new Float32Array([1.5]);
    expect(() => writeSafetensors([['a', { dtype: 'I32', shape: [1], data: bits }]])).toThrow(/of I32/);
    for (const shape of [[-1, -2], [0.5, 4], [Number.NaN]]) {
      expect(() => writeSafetensors([['a', { dtype: 'F32', shape, data }]])).toThrow(
        /tensor 'a' must have a known dtype and whole sizes; got "F32 /,
      );
    }
    expect(() => writeSafetensors([['a', { dtype: 'F8' as never, shape: [2], data }]])).toThrow(
      /got "F8 \[2\]"/,
    );
    expect(() => writeSafetensors([], { epoch: 3 as never })).toThrow(
      /metadata 'epoch' must be a string; got 3/,
    );
    const words = new Uint16Array([1, 2]) as never;
    expect(() => writeSafetensors([['a', { dtype: 'U8', shape: [2], data: words }]])).toThrow(
      /must hold \[2\] elements of U8/,
    );
    const twice = ['a', { dtype: 'F32', shape: [2], data }] as const;
    expect(() => writeSafetensors([twice, twice])).toThrow(/name must be new/);
  });
});
