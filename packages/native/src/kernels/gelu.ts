import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's Gaussian error linear unit. */
export interface GeluAddon {
  gelu(x: Float32Array, y: Float32Array, count: number): void;
  geluGradient(dy: Float32Array, x: Float32Array, dx: Float32Array, count: number): void;
}

const gelu: NativeKernel<{ x: TensorInfo }> = ({ inputs: { x }, backend }) => {
  const y = backend.output(x.shape);
  const from = backend.floats(x);
  backend.addon.gelu(from, backend.floats(y), from.length);
  return y;
};

const geluGradient: NativeKernel<{ dy: TensorInfo; x: TensorInfo }> = ({ inputs: { dy, x }, backend }) => {
  const dx = backend.output(x.shape);
  const from = backend.floats(x);
  backend.addon.geluGradient(backend.floats(dy), from, backend.floats(dx), from.length);
  return dx;
};

/** The exact Gaussian error linear unit. */
export const geluKernels: KernelTable = { MixGelu: gelu, MixGeluGrad: geluGradient };
