import '@tensorflow/tfjs-layers';
import { createRng, variableGradients, writeSafetensors } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { attend } from './attend.js';
import { maskCollapse } from './mask-collapse.js';
import { maskLoss } from './mask-loss.js';
import { maskStatistics } from './mask-statistics.js';
import { createMixBlock, type MixBlock } from './mix-block.js';
import { loadMixBlock, saveMixBlock } from './mix-block-file.js';
import { type MixBlockDesign, samixBlock } from './mix-block-options.js';
import { takeRows } from './take-rows.js';

useBackend('cpu');

const noise = (shape: number[], seed = 0, deviation = 1): tf.Tensor => {
  const rng = createRng(seed);
  return tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal(0, deviation)),
    shape,
  );
};
const features = (seed = 0, size = 4): tf.Tensor4D => noise([size, 3, 4, 6], seed) as tf.Tensor4D;
/** A block with weights as large as trained ones. */
const lively = (design: MixBlockDesign = {}, channels = 6): MixBlock => {
  const block = createMixBlock({ channels, rng: createRng(1), ...design });
  Object.values(block.variables).forEach((variable, index) => {
    variable.assign(tf.add(noise(variable.shape, index + 10, 0.6), variable.rank === 1 ? 0.2 : 0));
  });
  return block;
};
const call = (lam: number, size = 4) => ({
  lam: new Array<number>(size).fill(lam),
  partner: Array.from({ length: size }, (_, row) => (row + 1) % size),
  size: [6, 8] as const,
});
const numbersOf = (x: tf.Tensor): number[] => [...x.dataSync()];
const close = (a: tf.Tensor, b: tf.Tensor, digits = 5): void => {
  const wanted = numbersOf(b);
  numbersOf(a).forEach((value, index) => expect(value).toBeCloseTo(wanted[index]!, digits));
};

describe('createMixBlock', () => {
  it('starts at masks of about one half, which is a collapse by name', () => {
    const block = createMixBlock({ channels: 6, rng: createRng(0) });
    const share = block.masks(features(), call(0.3));
    expect(share.shape).toEqual([4, 6, 8, 1]);
    for (const value of numbersOf(share)) expect(value).toBeCloseTo(0.5, 2);
    const named = (of: tf.Tensor4D) => {
      const { mean, spread } = maskStatistics(of);
      return maskCollapse({ mean: numbersOf(mean)[0]!, spread: numbersOf(spread)[0]!, lam: 0.3 });
    };
    expect(named(share)).toBe('constant');
    block.variables['value.bias']?.assign(tf.tensor1d([20]));
    expect(named(block.masks(features(), call(0.3)))).toBe('saturated');
    expect(named(lively().masks(features(), call(0.3)))).toBeUndefined();
  });

  it('starts with masks that vary over the image, with larger first weights', () => {
    const block = createMixBlock({ channels: 6, rng: createRng(0), initDeviation: 0.5 });
    const { query, attention } = block.explain(features(), call(0.3));
    const published = createMixBlock({ channels: 6, rng: createRng(0) }).explain(features(), call(0.3));
    close(query, tf.mul(published.query, 50), 4);
    const spread = (of: tf.Tensor) => Math.max(...numbersOf(of)) - Math.min(...numbersOf(of));
    expect(spread(published.attention)).toBeLessThan(0.001);
    expect(spread(attention)).toBeGreaterThan(0.05);
  });

  it.each<[string, MixBlockDesign]>([
    ['AutoMix', {}],
    ['AutoMix with λ', { lamConcat: 'all', attentionNorm: 'batch' }],
    ['SAMix with λ in the value', { ...samixBlock, lamConcat: 'value' }],
    ['values of both images', { valueInput: 'both' }],
  ])('projects features once for several calls: %s', (_, design) => {
    const block = lively(design);
    const projected = block.project(features());
    for (const lam of [0.3, 0.8])
      close(block.masks(projected, call(lam)), block.masks(features(), call(lam)), 6);
    const kernel = block.variables['query.conv.weight'] as tf.Variable;
    const slope = (read: typeof block.project | ((x: tf.Tensor4D) => tf.Tensor4D)): tf.Tensor => {
      const loss = () => tf.sum(tf.square(block.masks(read(features()), call(0.3)))) as tf.Scalar;
      return variableGradients(loss, [kernel]).grads[kernel.name] as tf.Tensor;
    };
    close(
      slope(block.project),
      slope((x) => x),
      4,
    );
  });

  it.each<[string, MixBlockDesign]>([
    ['plain', {}],
    ['bicubic', { upsampling: 'bicubic', scaleScores: false, reduction: 4 }],
    ['concat', { lamConcat: 'all', valueInput: 'both' }],
    ['SAMix', samixBlock],
    ['SAMix with λ in the value', { ...samixBlock, lamConcat: 'value', valueNorm: 'running' }],
    ['normalised attention', { ...samixBlock, attentionNorm: 'batch', valueNorm: 'none' }],
  ])(
    '%s: stays finite and in [0,1] for features 1e3 and 1e30 times as large, other sizes and one row',
    (_, design) => {
      for (const [scale, size] of [
        [1e3, 4],
        [1e30, 4],
        [1, 1],
      ] as const) {
        const input = tf.mul(features(0, size), scale) as tf.Tensor4D;
        const block = lively(design);
        for (const training of [true, false]) {
          const asked = { ...call(0.3, size), size: [7, 9] as const, training, rng: createRng(0) };
          const { share, logits } = block.explain(input, asked);
          expect(share.shape).toEqual([size, 7, 9, 1]);
          for (const value of numbersOf(share)) {
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(1);
          }
          if (scale === 1e3) expect(numbersOf(logits).every(Number.isFinite)).toBe(true);
        }
      }
    },
  );

  it('does without λ bit for bit when there is no embedding, and with it otherwise', () => {
    const at = (block: MixBlock, lam: number) => numbersOf(block.masks(features(), call(lam)));
    const plain = lively();
    expect(at(plain, 0.1)).toEqual(at(plain, 0.9));
    for (const design of [{ lamConcat: 'all' }, { lamConcat: 'value' }, samixBlock] as const) {
      const block = lively(design);
      expect(at(block, 0.1)).not.toEqual(at(block, 0.9));
    }
  });

  it('gives rows of their own λ what the whole batch of that λ gets', () => {
    for (const design of [{ lamConcat: 'all' }, { lamMultiply: 'plain', rescale: 1 }, samixBlock] as const) {
      const block = lively(design);
      const mixed = block.masks(features(), { ...call(0), lam: [0.2, 0.8, 0.2, 0.8] });
      const [low, high] = [0.2, 0.8].map((lam) => block.masks(features(), call(lam)));
      close(tf.gather(mixed, [0, 2]), tf.gather(low!, [0, 2]));
      close(tf.gather(mixed, [1, 3]), tf.gather(high!, [1, 3]));
    }
  });

  it('learns masks of the size that λ asks for, from the mask loss alone', () => {
    const block = createMixBlock({ channels: 6, rng: createRng(2), lamConcat: 'all' });
    const optimizer = tf.train.adam(0.05, 0.9, 0.999, 1e-7);
    const rng = createRng(5);
    const input = features();
    for (let step = 0; step < 150; step++) {
      const asked = call(rng.beta(1, 1));
      tf.tidy(() => {
        const { grads } = variableGradients(
          () => maskLoss(block.masks(input, { ...asked, training: true }), asked.lam),
          Object.values(block.variables),
        );
        optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      });
    }
    const means = [0.1, 0.3, 0.5, 0.7, 0.9].map((lam) => {
      const mean = numbersOf(tf.mean(block.masks(input, call(lam))))[0]!;
      expect(Math.abs(mean - lam)).toBeLessThan(0.15);
      return mean;
    });
    expect([...means].sort()).toEqual(means);
    optimizer.dispose();
  });

  it('has no gradient at the key bias of SAMix, by which no row of the attention changes', () => {
    const block = lively(samixBlock);
    const weights = noise([4, 6, 8, 1]);
    const { grads } = variableGradients(
      () => tf.sum(tf.mul(block.masks(features(), { ...call(0.4), training: true }), weights)) as tf.Scalar,
      Object.values(block.variables),
    );
    const of = (name: string) => numbersOf(tf.max(tf.abs(grads[block.variables[name]!.name]!)))[0]!;
    expect(of('key.conv.bias')).toBeLessThan(1e-5);
    expect(of('query.conv.bias')).toBeGreaterThan(1e-4);
  });

  it('drops values in training only, and draws of lists, from the stream it is given', () => {
    const block = lively({ ...samixBlock, valueDropout: 0.5, upsampling: ['nearest', 'bilinear'] });
    const asked = { ...call(0.4), rng: createRng(3) };
    const value = (training: boolean) => numbersOf(block.explain(features(), { ...asked, training }).value);
    const zeros = (values: number[]) => values.filter((x) => x === 0).length;
    expect(zeros(value(true))).toBeGreaterThan(5);
    expect(zeros(value(false))).toBe(0);
    expect(value(true)).toEqual(value(true));
    expect(() => block.masks(features(), call(0.4))).toThrow(/rng must be given to draw upsampling/);
    expect(() => block.masks(features(), { ...call(0.4), upsampling: 'nearest', training: true })).toThrow(
      /rng must be given for dropout/,
    );
    const modes = new Set(
      Array.from({ length: 12 }, (_, seed) =>
        numbersOf(block.masks(features(), { ...call(0.4), rng: createRng(seed) })).join(),
      ),
    );
    expect(modes.size).toBe(2);
  });

  it.each<[MixBlockDesign, RegExp]>([
    [{ lamConcat: 'all', lamMultiply: 'residual' }, /lamConcat must not be 'all' with lamMultiply/],
    [{ lamConcat: 'all', queryKey: 'joint' }, /lamConcat must not be 'all'/],
    [{ valueDropout: 1 }, /valueDropout must be a number from 0 to below 1/],
    [{ valueDropout: 0.1 }, /valueDropout must be left out without value: 'neck'/],
    [{ valueHidden: 4 }, /valueHidden must be left out/],
    [{ valueNorm: 'running' }, /valueNorm must be left out/],
    [{ lamMultiply: 'plain', lamGain: 2 }, /lamGain must be 1 without lamMultiply: 'residual'/],
    [{ reduction: 0 }, /reduction must be an integer of at least 1/],
    [{ initDeviation: 0 }, /initDeviation must be a finite number above 0/],
    [{ upsampling: [] }, /upsampling must not be empty/],
    [{ rescale: [] }, /rescale must not be empty/],
  ])('refuses %j', (design, message) => {
    expect(() => createMixBlock({ channels: 6, rng: createRng(0), ...design })).toThrow(message);
    expect(() => createMixBlock({ channels: 0, rng: createRng(0) })).toThrow(/channels must be an integer/);
    const block = lively();
    expect(() => block.masks(noise([4, 3, 4, 5]) as tf.Tensor4D, call(0.5))).toThrow(/be \[N,h,w,6\]/);
    expect(() => block.masks(features(), call(0.5, 3))).toThrow(
      /lam must have one number for each of 4 rows/,
    );
  });

  it('comes back from a file as it was, and leaks nothing', async () => {
    const input = features();
    const before = tf.memory().numTensors;
    const block = createMixBlock({ ...samixBlock, channels: 6, rng: createRng(4) });
    block.masks(input, { ...call(0.4), training: true }).dispose();
    const bytes = await saveMixBlock(block);
    const again = loadMixBlock(bytes);
    expect(again.design).toEqual(block.design);
    const [a, b] = [block, again].map((one) => one.masks(input, call(0.4)));
    expect(numbersOf(b!)).toEqual(numbersOf(a!));
    expect(() => loadMixBlock(bytes.slice(0, 4), 'mine')).toThrow(/mine/);
    const lost = writeSafetensors(new Map(), { format: 'mix-block-1', design: '{' });
    expect(() => loadMixBlock(lost, 'lost')).toThrow(/lost must have its design as JSON in the metadata/);
    tf.dispose([a!, b!]);
    for (const one of [block, again, block]) one.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('attend', () => {
  it('has the gradient of the plain composition', () => {
    const [query, key] = [noise([2, 5, 3], 1), noise([2, 5, 3], 2)] as [tf.Tensor3D, tf.Tensor3D];
    const value = tf.add(noise([2, 5, 1], 3), 50) as tf.Tensor3D;
    const dy = noise([2, 5, 1], 4) as tf.Tensor3D;
    const plain = (q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) =>
      tf.matMul(tf.softmax(tf.matMul(q, k, false, true)), v);
    const gradients = (f: typeof attend) =>
      tf.grads((...given) => f(...(given as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D])))(
        [query, key, value],
        dy,
      );
    close(attend(query, key, value), plain(query, key, value), 4);
    const [ours, theirs] = [gradients(attend), gradients(plain as typeof attend)];
    ours.forEach((gradient, index) => close(gradient, theirs[index]!, 4));
  });
});

describe('takeRows', () => {
  it.each([[[2, 0, 1]], [[1, 1, 0]], [[0, 2]]])('takes %j and gives gradients back', (rows) => {
    const x = noise([3, 2]);
    const dy = noise([rows.length, 2], 1);
    const [got, plain] = [(y: tf.Tensor) => takeRows(y, rows), (y: tf.Tensor) => tf.gather(y, rows)];
    close(got(x), plain(x), 6);
    close(tf.grad(got)(x, dy), tf.grad(plain)(x, dy), 6);
  });
});
