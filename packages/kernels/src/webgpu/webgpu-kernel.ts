import {
  type DataType,
  getKernel,
  type KernelBackend,
  type KernelConfig,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

/** The part of tfjs' WebGPU backend that kernels here use. */
export interface WebgpuBackend extends KernelBackend {
  readonly device: GPUDevice;
  /** The type of the buffer; a tensor cast from int32 to float32 keeps the buffer of whole numbers. */
  readonly tensorMap: { get(dataId: object): { readonly dtype: DataType } };
  makeTensorInfo(shape: number[], dtype: DataType, values: Float32Array): TensorInfo;
}

/** The kernel that is registered for WebGPU. */
export function webgpuKernel(name: string): KernelConfig {
  const kernel = getKernel(name, 'webgpu');
  if (kernel) return kernel;
  throw new Error(
    `registerWebgpuKernels: tfjs' kernel ${name} must be there; import '@tensorflow/tfjs-backend-webgpu' first`,
  );
}
