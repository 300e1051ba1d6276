import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { type Activation, applyActivation } from '../internal/apply-activation.js';
import { callKernel } from '../internal/call-kernel.js';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

interface Inputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias?: TensorInfo;
  readonly preluActivationWeights?: TensorInfo;
}

function fused(name: string): NativeKernel<Inputs, Activation & NamedAttrMap> {
  return ({ inputs: { x, filter, bias, preluActivationWeights }, attrs, backend, fallback }) => {
    if (attrs['dataFormat'] === 'NCHW') return fallback();
    let y = callKernel(backend, name, { x, filter }, attrs);
    if (bias !== undefined) {
      const sum = callKernel(backend, 'Add', { a: y, b: bias });
      backend.disposeIntermediateTensorInfo(y);
      y = sum;
    }
    return applyActivation(backend, y, attrs, preluActivationWeights);
  };
}

/** Convolutions with a bias and an activation over them. */
export const fusedConvolutionKernels: KernelTable = {
  FusedConv2D: fused('Conv2D'),
  FusedDepthwiseConv2D: fused('DepthwiseConv2dNative'),
};
