import { type BackendName, createRng, type Mixer } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { startBackend } from './start-backend.js';
import { testedBackends } from './tested-backends.js';

/** Plans are equal on every backend, and images to six places. */
export function describeOnBackends(mixers: readonly (readonly [name: string, mixer: Mixer])[]): void {
  describe.each(testedBackends('wasm'))('draws on %s', (backend) => {
    it.each(mixers.map(([name, mixer]) => ({ name, mixer })))(
      '$name: equal those on the CPU backend, and so do the images',
      async ({ mixer }) => {
        const run = async (name: BackendName): Promise<{ plan: string; images: Float32Array }> => {
          await startBackend(name);
          const images = tf.tensor4d(
            Float32Array.from({ length: 6 * 8 * 6 * 3 }, (_, index) => Math.fround(Math.sin(index))),
            [6, 8, 6, 3],
          );
          const labels = tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32');
          const mixed = mixer({ images, labels }, { rng: createRng(11), progress: 0.5 });
          return { plan: JSON.stringify(mixed.plan), images: mixed.images.dataSync() as Float32Array };
        };
        const here = await run(backend);
        const cpu = await run('cpu');
        expect(here.plan).toBe(cpu.plan);
        here.images.forEach((value, index) => expect(value).toBeCloseTo(cpu.images[index] as number, 6));
      },
    );
  });
}
