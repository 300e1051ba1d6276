import type { Load } from './load.js';

/** Loads the WebGPU backend; in Node, with the `webgpu` package as the browser's `navigator.gpu`. */
export async function prepareWebgpu(load: Load): Promise<void> {
  const inNode = globalThis.process?.versions?.node !== undefined;
  const navigator = globalThis.navigator as { gpu?: unknown } | undefined;
  if (navigator?.gpu === undefined) {
    if (!inNode) throw new Error('this browser has no navigator.gpu');
    const dawn = await load('webgpu');
    const create = dawn['create'] as (flags: readonly string[]) => unknown;
    Object.assign(globalThis, dawn['globals']);
    const gpu = create([]);
    if (navigator === undefined)
      Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
    else Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  }
  const { gpu } = globalThis.navigator as unknown as { gpu: { requestAdapter(): Promise<unknown> } };
  if ((await gpu.requestAdapter()) === null) throw new Error('there is no GPU adapter');
  await load('@tensorflow/tfjs-backend-webgpu');
}
