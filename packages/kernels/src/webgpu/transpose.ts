import {
  Cast,
  type DataType,
  getKernel,
  type KernelBackend,
  Multiply,
  registerKernel,
  type TensorInfo,
  Transpose,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

/** The part of tfjs' WebGPU backend that is used here. */
interface WebgpuBackend extends KernelBackend {
  /** The type of the buffer; a tensor cast from int32 to float32 keeps the buffer of whole numbers. */
  readonly tensorMap: { get(dataId: object): { readonly dtype: DataType } };
  makeTensorInfo(shape: number[], dtype: DataType, values: Float32Array): TensorInfo;
}

/**
 * Makes transposing work on WebGPU for int32 and bool, and for float32 that was cast from them: tfjs' shader writes what it
 * reads without a conversion, which compilers since Chrome 141's refuse, and the result is then left undefined without an
 * error. It goes through float32, so whole numbers stay exact up to 2^24.
 *
 * @see https://github.com/tensorflow/tfjs/issues/8638
 */
export function registerWebgpuTranspose(): void {
  const original = kernelOf(Transpose);
  unregisterKernel(Transpose, 'webgpu');
  registerKernel({
    ...original,
    kernelFunc: (call) => {
      const { inputs, backend } = call;
      const x = inputs['x'] as TensorInfo;
      const gpu = backend as WebgpuBackend;
      if (gpu.tensorMap.get(x.dataId).dtype === 'float32') return original.kernelFunc(call);
      const run = (name: string, given: Record<string, TensorInfo>, attributes = {}): TensorInfo =>
        kernelOf(name).kernelFunc({ inputs: given, backend, attrs: attributes }) as TensorInfo;
      const one = gpu.makeTensorInfo([], 'float32', Float32Array.of(1));
      const floats = run(Multiply, { a: x, b: one });
      const turned = original.kernelFunc({ ...call, inputs: { x: floats } }) as TensorInfo;
      const result = run(Cast, { x: turned }, { dtype: x.dtype });
      for (const { dataId } of [one, floats, turned]) gpu.disposeData(dataId);
      return result;
    },
  });
}

function kernelOf(name: string): NonNullable<ReturnType<typeof getKernel>> {
  const kernel = getKernel(name, 'webgpu');
  if (kernel) return kernel;
  throw new Error(
    `registerWebgpuKernels: tfjs' kernel ${name} must be there; import '@tensorflow/tfjs-backend-webgpu' first`,
  );
}
