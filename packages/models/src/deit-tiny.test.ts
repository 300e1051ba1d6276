import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { stillRng } from '../test/still-rng.js';
import { deitTiny } from './deit-tiny.js';

describe('deitTiny', () => {
  useBackend('wasm');

  it('has as many parameters as timm, for images of 224 and patches of 16 unless told otherwise', () => {
    const { variables } = deitTiny({ numClasses: 1000, rng: stillRng() });
    expect(Object.values(variables).reduce((sum, { size }) => sum + size, 0)).toBe(5_717_416);
    expect(variables['pos_embed']?.shape).toEqual([1, 197, 192]);
  });

  it('takes small images in small patches', () => {
    const model = deitTiny({ numClasses: 10, imageSize: 32, patchSize: 4, rng: stillRng() });
    const { logits, embedding, stages, attention } = model.forward(tf.ones([2, 32, 32, 3]), {
      training: true,
    });
    expect(logits.shape).toEqual([2, 10]);
    expect(embedding.shape).toEqual([2, 192]);
    expect(stages.map(({ shape }) => shape)).toEqual(new Array(4).fill([2, 8, 8, 192]));
    expect(attention?.shape).toEqual([2, 3, 65, 65]);
  });

  it('is named in its errors', () => {
    expect(() => deitTiny({ numClasses: 10, imageSize: 32, patchSize: 5, rng: createRng(0) })).toThrow(
      'deitTiny: imageSize must be a multiple of the patchSize 5; got 32',
    );
  });
});
