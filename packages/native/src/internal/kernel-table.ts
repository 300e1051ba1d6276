import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { fallBack } from './fallback-counts.js';
import type { NativeBackend } from './native-backend.js';

/** What a kernel is called with. */
export interface KernelCall<Inputs, Attrs = object> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly backend: NativeBackend;
  /** Runs the CPU backend's kernel instead, and counts that: for types and options that are not worth a native one. */
  readonly fallback: () => TensorInfo | TensorInfo[];
}

/** A kernel of this backend. */
export type NativeKernel<Inputs, Attrs = object> = (
  call: KernelCall<Inputs, Attrs>,
) => TensorInfo | TensorInfo[];

/** Kernels by tfjs' names. */
// biome-ignore lint/suspicious/noExplicitAny: each kernel has inputs and attributes of its own.
export type KernelTable = Readonly<Record<string, NativeKernel<any, any>>>;

/** Registers the kernels of a table for the backend `'native'`, and the CPU backend's for all the rest. */
export function registerTable(table: KernelTable): void {
  const onCpu = new Map(tf.getKernelsForBackend('cpu').map((config) => [config.kernelName, config]));
  for (const kernelName of new Set([...onCpu.keys(), ...Object.keys(table)])) {
    const config = onCpu.get(kernelName);
    const native = table[kernelName];
    tf.registerKernel({
      ...config,
      kernelName,
      backendName: 'native',
      kernelFunc: (call) => {
        const fallback = (): TensorInfo | TensorInfo[] => fallBack(kernelName, config, call);
        if (native === undefined) return fallback();
        const { inputs, attrs } = call;
        return native({ inputs, attrs: attrs ?? {}, backend: call.backend as NativeBackend, fallback });
      },
    });
  }
}
