import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cifarResnet } from './cifar-resnet.js';
import { countFlops } from './count-flops.js';
import { countParameters } from './count-parameters.js';
import { visionTransformer } from './internal/vision-transformer.js';
import { lenet } from './lenet.js';
import { resnext50 } from './resnext50.js';

const rng = createRng(0);

describe('countFlops', () => {
  useBackend('wasm');

  it('counts the multiply-adds of LeNet as by hand', async () => {
    const convolutions = 28 * 28 * 6 * 25 * 1 + 10 * 10 * 16 * 25 * 6;
    const linear = 400 * 120 + 120 * 84 + 84 * 10;
    const model = lenet({ numClasses: 10, rng });
    expect(await countFlops(model, 28, { inChannels: 1 })).toBe(convolutions + linear);
  });

  it('counts strides and shortcuts, on images that are not square', async () => {
    const model = cifarResnet({ depth: 8, width: 2, shortcut: 'projection', numClasses: 3, rng });
    const [one, half, quarter] = [16 * 8, 8 * 4, 4 * 2];
    const first = one * 9 * (3 * 2 + 2 * 2 * 2);
    const second = half * (9 * (2 * 4 + 4 * 4) + 2 * 4);
    const third = quarter * (9 * (4 * 8 + 8 * 8) + 4 * 8);
    expect(await countFlops(model, [16, 8])).toBe(first + second + third + 8 * 3);
  });

  it('counts a group of a convolution by its own inputs', async () => {
    const narrow = { stem: 'cifar' as const, width: 8, cardinality: 4, numClasses: 2, rng };
    const channels = (baseWidth: number, stage: number) => Math.floor((8 * 2 ** stage * baseWidth) / 64) * 4;
    // 1x1 in and out grow with the channels, 3x3 in groups with the channels times those of a group.
    const byHand = (baseWidth: number) => {
      let total = 64 * 9 * 3 * 8 + 256 * 2;
      let [from, pixels] = [8, 64];
      for (const [stage, depth] of [3, 4, 6, 3].entries()) {
        const middle = channels(baseWidth, stage);
        const to = 32 * 2 ** stage;
        for (let block = 0; block < depth; block++) {
          const out = block === 0 && stage > 0 ? pixels / 4 : pixels;
          total += pixels * from * middle + out * 9 * middle * (middle / 4) + out * middle * to;
          if (block === 0) total += out * from * to;
          [from, pixels] = [to, out];
        }
      }
      return total;
    };
    expect(await countFlops(resnext50({ ...narrow, baseWidth: 16 }), 8)).toBe(byHand(16));
  });

  it('counts attention as two products, fused or not', async () => {
    const [tokens, width] = [5, 12];
    const sizes = { numClasses: 10, imageSize: 8, patchSize: 4, depth: 4, heads: 3, width };
    const model = visionTransformer('vit', { ...sizes, rng });
    const block = tokens * width * 12 * width + 2 * tokens * tokens * width;
    expect(await countFlops(model, 8)).toBe(4 * 48 * width + 4 * block + width * 10);
  });

  it('changes nothing and leaves nothing behind', async () => {
    const model = lenet({ numClasses: 10, rng });
    const before = tf.memory().numTensors;
    await countFlops(model, 28, { inChannels: 1 });
    expect(tf.memory().numTensors).toBe(before);
    await expect(countFlops(model, 27, { inChannels: 1 })).rejects.toThrow('images must be [B,28,28,1]');
    expect(tf.engine().state.profiling).toBe(false);
    expect(tf.memory().numTensors).toBe(before);
    await expect(countFlops(model, 0)).rejects.toThrow(
      'countFlops: imageSize must be an integer of at least 1; got 0',
    );
  });
});

describe('countParameters', () => {
  useBackend('wasm');

  it('counts what can be trained and what is frozen, and no buffers', () => {
    const options = { depth: 8, width: 2, numClasses: 3, rng };
    const all = countParameters(cifarResnet(options));
    const convolutions = 9 * (3 * 2 + 2 * 2 * 2 + 2 * 4 + 4 * 4 + 4 * 8 + 8 * 8);
    expect(all).toBe(convolutions + 2 * (3 * 2 + 2 * 4 + 2 * 8) + 8 * 3 + 3);
    expect(countParameters(cifarResnet({ ...options, frozenStages: 2 }))).toBe(all);
  });

  it('takes any classifier by its variables', () => {
    const { weights, ...model } = lenet({ numClasses: 10, rng });
    expect(weights.size).toBe(10);
    expect(countParameters(model)).toBe(61_706);
  });
});
