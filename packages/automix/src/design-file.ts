import { type HostTensor, invalidArgument, readSafetensors, type State, writeSafetensors } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { createOrDispose } from './create-or-dispose.js';

/** What can be made again from its design and its weights: a Mix Block, AdAutoMix' generator. */
export interface Designed {
  /** How it was made; plain JSON. */
  readonly design: object;
  /** Weights and running statistics, as fresh tensors. */
  state(): State;
  /** Takes back what `state` gave. */
  restore(state: State): void;
  /** Frees the variables. */
  dispose(): void;
}

/** One kind of file. */
export interface DesignFormat<T extends Designed> {
  /** Written into the file, and wanted of one that is read. */
  readonly format: string;
  /** The function that reads, for errors. */
  readonly where: string;
  /** What a file of this kind holds, for errors. */
  readonly what: string;
  /** Makes one of the file's design, with any first weights. */
  readonly create: (design: T['design']) => T;
}

/** Weights and running statistics as a safetensors file, with the design in its metadata. */
export async function saveDesigned<T extends Designed>(
  part: T,
  { format }: Pick<DesignFormat<T>, 'format'>,
): Promise<Uint8Array> {
  const { tensors } = part.state();
  try {
    const host = new Map<string, HostTensor>();
    for (const [name, tensor] of Object.entries(tensors)) {
      const data = (await tensor.data()) as Float32Array;
      host.set(name, { dtype: 'F32', shape: tensor.shape, data });
    }
    return writeSafetensors(host, { format, design: JSON.stringify(part.design) });
  } finally {
    tf.dispose({ ...tensors });
  }
}

/**
 * Makes again what {@link saveDesigned} saved.
 *
 * @throws MixError `FORMAT` for a file of another kind, `STATE_MISMATCH` when its weights do not fit its design.
 */
export function loadDesigned<T extends Designed>(
  bytes: Uint8Array,
  source: string,
  { format, where, what, create }: DesignFormat<T>,
): T {
  const { tensors, metadata } = readSafetensors(bytes, source);
  if (metadata['format'] !== format) {
    throw invalidArgument(where, source, `hold ${what}`, metadata['format'], {
      code: 'FORMAT',
    });
  }
  const part = create(designOf<T>(where, source, metadata['design']));
  createOrDispose(part, () =>
    tf.tidy(() => {
      const uploaded = [...tensors].map(([name, { data, shape }]) => [
        name,
        tf.tensor(data as Float32Array, [...shape]),
      ]);
      part.restore({ tensors: Object.fromEntries(uploaded), values: {} });
    }),
  );
  return part;
}

function designOf<T extends Designed>(where: string, source: string, text = ''): T['design'] {
  try {
    return JSON.parse(text) as T['design'];
  } catch {
    throw invalidArgument(where, source, 'have its design as JSON in the metadata', text, { code: 'FORMAT' });
  }
}
