import { replaceReadSync } from './dawn-read-sync.js';
import { catchDawnTicks, type DawnTicks } from './dawn-ticks.js';
import type { Load } from './load.js';

/**
 * Loads the WebGPU backend; in Node, with the `webgpu` package (Dawn) as the browser's `navigator.gpu`.
 *
 * @param load How packages are imported.
 * @param auto Whether nobody asked for it by name; an adapter that computes on the CPU is refused then.
 * @returns What computes, in words.
 */
export async function prepareWebgpu(load: Load, auto: boolean): Promise<string> {
  const { gpu } = (globalThis.navigator ?? {}) as Partial<Navigator>;
  if (gpu === undefined && globalThis.process?.versions?.node === undefined)
    throw new Error('this browser has no navigator.gpu');
  const dawn = gpu === undefined ? await startDawn(load) : undefined;
  const adapter = await globalThis.navigator.gpu.requestAdapter();
  const problem = findProblem(adapter, auto);
  if (problem !== undefined) {
    dawn?.stop();
    throw new Error(problem);
  }
  const { WebGPUBackend } = await load('@tensorflow/tfjs-backend-webgpu');
  if (dawn !== undefined) replaceReadSync((WebGPUBackend as { prototype: never }).prototype, dawn.settle);
  const { vendor = '', architecture = '', isFallbackAdapter } = infoOf(adapter);
  return `${vendor} ${architecture}${isFallbackAdapter ? ', computes on the CPU' : ''}`.trim();
}

function infoOf(adapter: GPUAdapter | null): Partial<GPUAdapterInfo> {
  // Browsers had WebGPU before they had this.
  return (adapter?.info as GPUAdapterInfo | undefined) ?? {};
}

function findProblem(adapter: GPUAdapter | null, auto: boolean): string | undefined {
  if (adapter === null) return 'there is no GPU adapter: it needs a driver for Vulkan, Metal or Direct3D 12';
  const { isFallbackAdapter, architecture } = infoOf(adapter);
  return auto && isFallbackAdapter
    ? `its only adapter computes on the CPU (${architecture}); choose it by name to use it`
    : undefined;
}

/** Puts Dawn where browsers have their WebGPU. */
async function startDawn(load: Load): Promise<{ settle: DawnTicks['settle']; stop: () => void }> {
  const dawn = (await load('webgpu')) as { create(flags: readonly string[]): GPU; globals: object };
  const { settle, release } = catchDawnTicks();
  Object.assign(globalThis, dawn.globals);
  // Node has a navigator from version 21.
  const [owner, name] = globalThis.navigator ? [globalThis.navigator, 'gpu'] : [globalThis, 'navigator'];
  const gpu = dawn.create([]);
  Object.defineProperty(owner, name, { value: name === 'gpu' ? gpu : { gpu }, configurable: true });
  return {
    settle,
    stop: () => {
      release();
      // Dawn keeps the process alive as long as it can be reached.
      Reflect.deleteProperty(owner, name);
    },
  };
}
