import {
  backend_util,
  registerKernel,
  Sum,
  type SumAttrs,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import { type WebgpuBackend, webgpuKernel } from './webgpu-kernel.js';

/** Gives 0 for the sum of nothing, where tfjs' kernel asks the device for a buffer of no size. */
export function registerWebgpuSum(): void {
  const original = webgpuKernel(Sum);
  unregisterKernel(Sum, 'webgpu');
  registerKernel({
    ...original,
    kernelFunc: (call) => {
      const x = call.inputs['x'] as TensorInfo;
      if (util.sizeFromShape(x.shape) > 0) return original.kernelFunc(call);
      const { axis, keepDims } = call.attrs as unknown as SumAttrs;
      const axes = util.parseAxisParam(axis, x.shape);
      const [reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes);
      const shape = keepDims ? backend_util.expandShapeToKeepDim(reduced, axes) : reduced;
      const dtype = x.dtype === 'bool' ? 'int32' : x.dtype;
      const zeros = util.makeZerosTypedArray(util.sizeFromShape(shape), dtype as 'float32' | 'int32');
      return (call.backend as WebgpuBackend).makeTensorInfo(shape, dtype, zeros);
    },
  });
}
