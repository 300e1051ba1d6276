import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

/** What a kernel of the WebAssembly backend is called with. */
export interface KernelCall<Inputs, Attrs> {
  readonly inputs: Inputs;
  readonly backend: BackendWasm;
  readonly attrs: Attrs;
}

/**
 * A kernel in our own terms; it answers undefined to leave a case to the kernel that it replaces, or calls
 * that one itself with other attributes.
 */
export type WasmKernel<Inputs, Attrs> = (
  call: KernelCall<Inputs, Attrs>,
  original?: (call: KernelCall<Inputs, Attrs>) => TensorInfo | TensorInfo[],
) => TensorInfo | TensorInfo[] | undefined;

/** Registers `kernel` on the WebAssembly backend, in front of the kernel of that name if there is one. */
export function overrideKernel<Inputs, Attrs>(kernelName: string, kernel: WasmKernel<Inputs, Attrs>): void {
  const original: KernelConfig | undefined = getKernel(kernelName, 'wasm');
  if (original !== undefined) unregisterKernel(kernelName, 'wasm');
  const kernelFunc: KernelFunc = (call) => {
    const output = kernel(call as unknown as KernelCall<Inputs, Attrs>, original?.kernelFunc as never);
    if (output !== undefined) return output;
    if (original === undefined) throw new Error(`${kernelName}: this case is not supported on wasm`);
    return original.kernelFunc(call);
  };
  // The backend calls setupFunc when it starts: the replaced kernel still needs it.
  registerKernel({ ...original, kernelName, backendName: 'wasm', kernelFunc });
}
