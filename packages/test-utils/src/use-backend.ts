import type { BackendName } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect } from 'vitest';
import { startBackend } from './start-backend.js';
import { testedBackends } from './tested-backends.js';
import { takeWebgpuErrors } from './webgpu-errors.js';

/**
 * Runs the tests of a file, or of the `describe` it is called in, on a backend: `own`, unless `MIX_TEST_BACKEND` names
 * another. A test fails that ends on any other, or whose shaders fail. Not to be nested: once for a file, or once for each `describe`.
 */
export function useBackend(own: BackendName): void {
  const [name = own] = testedBackends(own);
  let tfName = '';
  beforeAll(async () => {
    tfName = await startBackend(name);
  });
  afterEach(() => {
    expect(tf.getBackend()).toBe(tfName);
    expect(takeWebgpuErrors()).toEqual([]);
  });
}
