import {
  Cast,
  Multiply,
  registerKernel,
  type TensorInfo,
  Transpose,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { type WebgpuBackend, webgpuKernel } from './webgpu-kernel.js';

/**
 * Makes transposing work on WebGPU for int32 and bool, and for float32 that was cast from them: tfjs' shader writes what it
 * reads without a conversion, which compilers since Chrome 141's refuse, and the result is then left undefined without an
 * error. It goes through float32, so whole numbers stay exact up to 2^24.
 *
 * @see https://github.com/tensorflow/tfjs/issues/8638
 */
export function registerWebgpuTranspose(): void {
  const original = webgpuKernel(Transpose);
  unregisterKernel(Transpose, 'webgpu');
  registerKernel({
    ...original,
    kernelFunc: (call) => {
      const { inputs, backend } = call;
      const x = inputs['x'] as TensorInfo;
      const gpu = backend as WebgpuBackend;
      if (gpu.tensorMap.get(x.dataId).dtype === 'float32') return original.kernelFunc(call);
      const run = (name: string, given: Record<string, TensorInfo>, attrs = {}): TensorInfo =>
        webgpuKernel(name).kernelFunc({ inputs: given, backend, attrs }) as TensorInfo;
      const one = gpu.makeTensorInfo([], 'float32', Float32Array.of(1));
      const floats = run(Multiply, { a: x, b: one });
      const turned = original.kernelFunc({ ...call, inputs: { x: floats } }) as TensorInfo;
      const result = run(Cast, { x: turned }, { dtype: x.dtype });
      for (const { dataId } of [one, floats, turned]) gpu.disposeData(dataId);
      return result;
    },
  });
}
