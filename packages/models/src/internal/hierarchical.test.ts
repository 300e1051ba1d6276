import { createRng, plainTargets, softCrossEntropy } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Model } from '../model.js';
import type { ModelOptions } from '../model-options.js';
import { convnext } from './convnext.js';
import { swin } from './swin.js';
import { twins } from './twins.js';

interface Options extends Partial<ModelOptions> {
  readonly patchSize?: number;
  readonly windowSize?: number;
  readonly dropPath?: number;
}
const tiny = { width: 8, numClasses: 3, patchSize: 2, rng: createRng(3) };
const heads = [2, 4];
const reductions = [2, 1];
const makers: Readonly<Record<string, (options: Options) => Model>> = {
  convnext: (options) => convnext('convnext', { ...tiny, depths: [1, 2], ...options }),
  swin: (options) => swin('swin', { ...tiny, depths: [1, 2], heads, windowSize: 3, ...options }),
  twins: (options) =>
    twins('twins', { ...tiny, depths: [1, 2], heads, reductions, windowSize: 3, ...options }),
};
const images = () =>
  tf.tidy(() => tf.reshape(tf.sin(tf.range(0, 2 * 16 * 22 * 3)), [2, 16, 22, 3]) as tf.Tensor4D);
const numbers = (tensor: tf.Tensor | undefined) => Array.from((tensor as tf.Tensor).dataSync());

describe.each(Object.entries(makers))('%s', (name, make) => {
  useBackend('wasm');

  it('trains every variable, and leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    const model = make({ dropPath: 0.1 });
    const input = images();
    const made = tf.memory().numTensors;
    const loss = () => {
      const { logits } = model.forward(input, { training: true });
      return tf.mean(softCrossEntropy(logits, plainTargets(tf.tensor1d([0, 1], 'int32')))) as tf.Scalar;
    };
    const { value, grads } = tf.variableGrads(loss, Object.values(model.variables));
    for (const [variable, { name: key }] of Object.entries(model.variables)) {
      expect(Math.hypot(...numbers(grads[key])), variable).toBeGreaterThan(0);
    }
    tf.dispose([value, grads]);
    expect(tf.memory().numTensors).toBe(made);
    model.dispose();
    input.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('skips blocks in training, by a stream that belongs to its state', () => {
    const [first, second] = [make({ dropPath: 0.9 }), make({ dropPath: 0.9, rng: createRng(4) })];
    const stages = (model: Model, training: boolean) =>
      model.forward(images(), { training }).stages.map(numbers);
    // The scales of ConvNeXt's layers begin at a millionth.
    for (const variable of Object.values(first.variables)) {
      if (variable.shape.length === 3) variable.assign(tf.ones(variable.shape));
    }
    second.restore(first.state());
    const [plain, trained] = [stages(first, false), stages(first, true)];
    expect(trained[0]).toEqual(plain[0]);
    expect(trained[1]).not.toEqual(plain[1]);
    expect(stages(second, true)).toEqual(trained);
  });

  it.each<[string, Options]>([
    ['patchSize must be an integer of at least 1; got 0', { patchSize: 0 }],
    ['dropPath must be a number from 0 to below 1; got 1', { dropPath: 1 }],
    ['numClasses must be an integer of at least 1; got 0', { numClasses: 0 }],
    ['inChannels must be an integer of at least 1; got 0', { inChannels: 0 }],
    ...(name === 'convnext'
      ? []
      : [['windowSize must be an integer of at least 1; got 0', { windowSize: 0 }] as [string, Options]]),
  ])('says that %s', (message, options) => {
    expect(() => make(options)).toThrow(`${name}: ${message}`);
  });
});
