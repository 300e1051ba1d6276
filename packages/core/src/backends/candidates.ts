import type { Load } from './load.js';
import { prepareNodeBinding } from './node-binding.js';
import { prepareWebgpu } from './webgpu.js';

/** Backends that mix knows, best first: the order of `'auto'`. */
export const backendNames = ['node-gpu', 'node', 'native', 'webgpu', 'wasm', 'cpu'] as const;

/** One of {@link backendNames}. */
export type BackendName = (typeof backendNames)[number];

/** How one backend is brought up. */
export interface Candidate {
  /** Its name in tfjs' registry. */
  readonly tfName: string;
  /** Packages to install for it. */
  readonly packages: readonly string[];
  /** What training with it lacks or costs, for reports. */
  readonly note: string;
  /** Loads its packages; throws where it cannot run, or, when `auto` is to choose it, should not. */
  readonly prepare: (load: Load, auto: boolean) => Promise<unknown>;
  /** What to say in the place of `note`, from what `prepare` gave. */
  readonly describe?: (prepared: unknown) => string;
  /** A reason not to take it although it runs, from the live backend. */
  readonly objection?: (backend: unknown) => string | undefined;
}

/** Every backend and how it is brought up. */
export const candidates: Readonly<Record<BackendName, Candidate>> = {
  'node-gpu': {
    tfName: 'tensorflow',
    packages: ['@tensorflow/tfjs-node-gpu'],
    note: 'CUDA 11.2 and cuDNN 8.1 only',
    prepare: (load) => prepareNodeBinding(load, '@tensorflow/tfjs-node-gpu'),
    // The package computes on the CPU, without a word, where its CUDA libraries do not load.
    objection: (backend) =>
      (backend as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === false
        ? 'it found no GPU, or not the CUDA libraries it wants, and would compute on the CPU'
        : undefined,
  },
  node: {
    tfName: 'tensorflow',
    packages: ['@tensorflow/tfjs-node'],
    note: 'downloads a binary when it is installed',
    prepare: (load) => prepareNodeBinding(load, '@tensorflow/tfjs-node'),
  },
  native: {
    tfName: 'native',
    packages: ['@mix/native'],
    note: 'needs a C++ compiler and oneDNN when it is installed',
    prepare: (load) => callExport(load, '@mix/native', 'registerNative'),
    describe: (prepared) => {
      const { isa, threads, oneDnn } = prepared as Record<'isa' | 'threads' | 'oneDnn', unknown>;
      return `${isa}, threads: ${threads}, oneDNN ${oneDnn}`;
    },
  },
  webgpu: {
    tfName: 'webgpu',
    packages: ['@tensorflow/tfjs-backend-webgpu', 'webgpu', '@tensorflow/tfjs-layers', '@mix/kernels'],
    note: 'needs a GPU that the browser, or in Node the package webgpu, can use',
    prepare: async (load, auto) => {
      const adapter = await prepareWebgpu(load, auto);
      await callExport(load, '@mix/kernels/webgpu', 'registerWebgpuKernels');
      return adapter;
    },
    describe: (adapter) => String(adapter),
  },
  wasm: {
    tfName: 'wasm',
    packages: ['@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-layers', '@mix/kernels'],
    note: 'one thread',
    prepare: async (load) => {
      await load('@tensorflow/tfjs-backend-wasm');
      await callExport(load, '@mix/kernels', 'registerKernels');
    },
  },
  cpu: {
    tfName: 'cpu',
    packages: ['@tensorflow/tfjs-backend-cpu'],
    note: 'plain JavaScript: for tests and tiny models',
    prepare: async (load) => {
      await load('@tensorflow/tfjs-backend-cpu');
    },
  },
};

async function callExport(load: Load, specifier: string, name: string): Promise<unknown> {
  const register = (await load(specifier))?.[name];
  if (typeof register !== 'function') throw new Error(`${specifier} does not export ${name}()`);
  return register();
}
