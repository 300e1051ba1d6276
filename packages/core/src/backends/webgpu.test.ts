import { describe, expect, it } from 'vitest';
import { prepareWebgpu } from './webgpu.js';

/** A stand-in for the `webgpu` package, on a machine with the given adapter. */
const dawnWith = (adapter: unknown) => async () => ({
  create: () => ({ requestAdapter: async () => adapter }),
  globals: {},
});
const software = { info: { isFallbackAdapter: true, architecture: 'swiftshader' } };

describe('prepareWebgpu in Node', () => {
  it.each([
    [
      'no adapter',
      null,
      false,
      /^there is no GPU adapter: it needs a driver for Vulkan, Metal or Direct3D 12$/,
    ],
    [
      'a software adapter, unasked',
      software,
      true,
      /^its only adapter computes on the CPU \(swiftshader\); /,
    ],
  ])('refuses %s, and leaves no trace', async (_what, adapter, auto, message) => {
    const before = [globalThis.navigator, globalThis.setImmediate];
    await expect(prepareWebgpu(dawnWith(adapter), auto)).rejects.toThrow(message);
    expect([globalThis.navigator, globalThis.setImmediate]).toEqual(before);
    expect(globalThis.navigator?.gpu).toBeUndefined();
  });
});
