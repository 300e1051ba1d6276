import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type HostTensor, readSafetensors } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

/** One vector file, its JSON metadata parsed. */
export interface GoldenCase {
  readonly name: string;
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly draws: Readonly<Record<string, number>>;
  readonly expected: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tolerance: { readonly atol: number; readonly rtol: number };
}

export async function loadCase(path: string): Promise<GoldenCase> {
  const { tensors, metadata } = readSafetensors(new Uint8Array(await readFile(path)), basename(path));
  const parsed = Object.fromEntries(Object.entries(metadata).map(([key, text]) => [key, parse(text)]));
  const record = (key: string): Record<string, never> => (parsed[key] ?? {}) as Record<string, never>;
  return {
    name: basename(path, '.safetensors'),
    tensors,
    config: record('config'),
    draws: record('draws'),
    expected: record('expected'),
    metadata: parsed,
    tolerance: (parsed['tolerance'] ?? { atol: 1e-5, rtol: 1e-5 }) as GoldenCase['tolerance'],
  };
}

// Most values are JSON, with Infinity as Python writes it, some plain text.
function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/\bInfinity\b/g, '1e999'));
  } catch {
    return text;
  }
}

/** The elements of a tensor as doubles. */
export function values(golden: GoldenCase, name: string): number[] {
  return Array.from(need(golden, name).data as ArrayLike<number>);
}

/** A tensor of the case on the device; int32 stays int32, all else is float32. */
export function tensor<T extends tf.Tensor>(golden: GoldenCase, name: string): T {
  const { data, shape, dtype } = need(golden, name);
  const integer = dtype === 'I32';
  const elements = integer ? (data as Int32Array) : Float32Array.from(data as ArrayLike<number>);
  return tf.tensor(elements, [...shape], integer ? 'int32' : 'float32') as T;
}

export function need(golden: GoldenCase, name: string): HostTensor {
  const found = golden.tensors.get(name);
  if (found === undefined) throw new Error(`${golden.name} has no tensor '${name}'`);
  return found;
}

/** A list of numbers cut into rows of `width`. */
export function rows(list: readonly number[], width: number): number[][] {
  return Array.from({ length: list.length / width }, (_, row) => list.slice(row * width, (row + 1) * width));
}
