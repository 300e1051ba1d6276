import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Load } from './load.js';
import { restoreNodeUtil } from './node-binding.js';
import { selectBackend } from './select-backend.js';

const absent: Load = async (specifier) => {
  if (specifier === 'node:util') return import('node:util');
  throw Object.assign(new Error(`Cannot find package '${specifier}' imported from x`), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
};
/** A machine on which only some packages are there. */
const having = (packages: Record<string, Record<string, unknown>>): Load => {
  return async (specifier) => packages[specifier] ?? absent(specifier);
};

afterEach(() => tf.setBackend('cpu'));

describe('selectBackend', () => {
  it('takes the first that works, and says why the others were not taken', async () => {
    const registerKernels = vi.fn();
    const load = having({ '@tensorflow/tfjs-backend-wasm': {}, '@mix/kernels': { registerKernels } });
    const report = await selectBackend('auto', { load });
    expect(report.name).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
    expect(registerKernels).toHaveBeenCalledOnce();
    expect(report.attempts.map(({ name, taken }) => [name, taken])).toEqual([
      ['node-gpu', false],
      ['node', false],
      ['native', false],
      ['webgpu', false],
      ['wasm', true],
    ]);
    expect(report.attempts[0]?.reason).toBe(
      '@tensorflow/tfjs-node-gpu is not installed (npm install @tensorflow/tfjs-node-gpu)',
    );
    expect(report.attempts[2]?.reason).toBe('@mix/native is not installed (npm install @mix/native)');
  });

  it('does not take WebAssembly without the kernels to train', async () => {
    const load = having({ '@tensorflow/tfjs-backend-wasm': {}, '@tensorflow/tfjs-backend-cpu': {} });
    const { name, attempts } = await selectBackend('auto', { load });
    expect(name).toBe('cpu');
    expect(attempts.find((attempt) => attempt.name === 'wasm')?.reason).toMatch(
      /^@mix\/kernels is not installed/,
    );
  });

  it('never takes another than the one named, and leaves the active one alone', async () => {
    await tf.setBackend('cpu');
    await expect(selectBackend('native', { load: absent })).rejects.toMatchObject({
      code: 'BACKEND',
      message:
        "selectBackend: name 'native' cannot be used: native: @mix/native is not installed (npm install @mix/native)",
    });
    expect(tf.getBackend()).toBe('cpu');
    await expect(selectBackend('gpu' as never)).rejects.toThrow(/must be 'auto' or one of node-gpu, node, /);
  });

  it('reports a binding whose binary is missing, and one that found no GPU', async () => {
    const load: Load = async (specifier) => {
      if (specifier === '@tensorflow/tfjs-node')
        throw new Error(
          'The Node.js native addon module (tfjs_binding.node) can not be found at path: x\nmore',
        );
      return absent(specifier);
    };
    await expect(selectBackend('node', { load })).rejects.toThrow(
      /node: The Node.js native addon module \(tfjs_binding.node\) can not be found at path: x$/,
    );
  });

  it('says what the native backend computes with, or why it does not', async () => {
    const native = (registerNative: () => unknown) => having({ '@mix/native': { registerNative } });
    const load = native(() => {
      tf.registerBackend('native', () => tf.findBackend('cpu') as never);
      for (const config of tf.getKernelsForBackend('cpu'))
        tf.registerKernel({ ...config, backendName: 'native' });
      return { isa: 'avx2', threads: 4, oneDnn: '3.7.2' };
    });
    const { attempts } = await selectBackend('native', { load });
    expect(attempts[0]?.reason).toBe('avx2, threads: 4, oneDNN 3.7.2');
    tf.removeBackend('native');
    const notBuilt = native(() => {
      throw new Error('@mix/native is not built. To build it: ...');
    });
    await expect(selectBackend('native', { load: notBuilt })).rejects.toThrow(
      /native: @mix\/native is not built\. To/,
    );
  });

  it('finds the packages that are installed here', async () => {
    const { name } = await selectBackend('wasm');
    expect(name).toBe('wasm');
    const cpu = await selectBackend('cpu');
    expect([cpu.name, tf.getBackend()]).toEqual(['cpu', 'cpu']);
  });
});

describe('restoreNodeUtil', () => {
  it('puts back what Node 23 removed, and nothing else', () => {
    const isArray = () => true;
    const util: Record<string, unknown> = { isArray };
    restoreNodeUtil(util);
    expect(util['isArray']).toBe(isArray);
    const isNullOrUndefined = util['isNullOrUndefined'] as (value: unknown) => boolean;
    expect([null, undefined, 0, '', false].map(isNullOrUndefined)).toEqual([true, true, false, false, false]);
  });
});
