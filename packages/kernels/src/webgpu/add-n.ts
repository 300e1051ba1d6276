import { AddN, registerKernel, type TensorInfo, unregisterKernel } from '@tensorflow/tfjs-core';
import { type WebgpuBackend, webgpuKernel } from './webgpu-kernel.js';

/**
 * Makes addN work on WebGPU for any number of terms: tfjs' shader binds them all at once, of which devices allow seven as a rule,
 * and with more the result is left undefined without an error.
 */
export function registerWebgpuAddN(): void {
  const original = webgpuKernel(AddN);
  unregisterKernel(AddN, 'webgpu');
  registerKernel({
    ...original,
    kernelFunc: (call) => {
      const gpu = call.backend as WebgpuBackend;
      // One binding is the result's.
      const most = gpu.device.limits.maxStorageBuffersPerShaderStage - 1;
      const add = (terms: readonly TensorInfo[]): TensorInfo =>
        original.kernelFunc({ ...call, inputs: terms as never }) as TensorInfo;
      // The inputs are a list, whatever the type says.
      const terms = [...(call.inputs as unknown as readonly TensorInfo[])];
      let sum = add(terms.splice(0, most));
      while (terms.length > 0) {
        const partial = sum;
        sum = add([partial, ...terms.splice(0, most - 1)]);
        gpu.disposeData(partial.dataId);
      }
      return sum;
    },
  });
}
