import {
  type BackendValues,
  type DataType,
  getKernel,
  type KernelBackend,
  type KernelConfig,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

/** A shader of tfjs, before it is compiled. */
export interface WebgpuProgram {
  readonly shaderKey: string;
  getUserCode: () => string;
}

/** The part of tfjs' WebGPU backend that is used here. */
export interface WebgpuBackend extends KernelBackend {
  readonly device: GPUDevice;
  makeTensorInfo(shape: number[], dtype: DataType, values: BackendValues): TensorInfo;
  runWebGPUProgram(program: WebgpuProgram, ...rest: unknown[]): TensorInfo;
}

/** The kernel that is registered for WebGPU. */
export function webgpuKernel(name: string): KernelConfig {
  const kernel = getKernel(name, 'webgpu');
  if (kernel) return kernel;
  throw new Error(
    `registerWebgpuKernels: tfjs' kernel ${name} must be there; import '@tensorflow/tfjs-backend-webgpu' first`,
  );
}
