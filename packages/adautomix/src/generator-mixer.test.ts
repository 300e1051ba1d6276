import { createRng, disposeMixed } from '@mix/core';
import { cifarResnet } from '@mix/models';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { applyGeneratorMix, createGeneratorMixer } from './generator-mixer.js';
import { createMaskGenerator } from './mask-generator.js';

useBackend('cpu');

function parts() {
  const classifier = cifarResnet({ depth: 8, width: 4, numClasses: 3, rng: createRng(0) });
  const generator = createMaskGenerator({ channels: 8, rng: createRng(1), lamConcat: true });
  const rng = createRng(2);
  for (const variable of Object.values(generator.variables)) {
    const noise = Array.from({ length: variable.size }, () => rng.normal());
    tf.tidy(() => variable.assign(tf.tensor(noise, variable.shape)));
  }
  return { classifier, generator, stage: 2 };
}

const tiny = () => tinyBatch({ size: 4, height: 8, width: 8 });

describe('createGeneratorMixer', () => {
  it('mixes by masks, labels by λ, and leaves everything as it was', () => {
    const [made, batch] = [parts(), tiny()];
    const statistic = () =>
      tf.tidy(() => Array.from(made.classifier.state().tensors['bn1.running_mean']?.dataSync() ?? []));
    const [pixels, before] = [Array.from(batch.images.dataSync()), statistic()];
    const mix = createGeneratorMixer({ ...made, mixSamples: 3, lamPer: 'sample' });
    const count = tf.memory().numTensors;
    const mixed = mix(batch, { rng: createRng(4), masks: true });
    expect(tf.memory().numTensors - count).toBe(6);
    const { masks, images, plan, targets } = mixed as typeof mixed & { masks: tf.Tensor4D };
    expect(masks.shape).toEqual([4, 8, 8, 3]);
    // The first pixel of each row, by hand.
    const at = (x: tf.Tensor4D, row: number) =>
      Array.from(tf.slice(x, [row, 0, 0, 0], [1, 1, 1, -1]).dataSync());
    plan.sources.forEach((sources, row) => {
      const shares = at(masks, row);
      const wanted = shares.reduce(
        (sum, share, k) => sum + share * (at(batch.images, sources[k] as number)[0] as number),
        0,
      );
      expect(at(images, row)[0]).toBeCloseTo(wanted, 5);
    });
    expect(targets.kind === 'sparse' && Array.from(targets.weights.dataSync())).toEqual(
      plan.lam.flat().map(Math.fround),
    );
    expect([Array.from(batch.images.dataSync()), statistic()]).toEqual([pixels, before]);
    const shown = Array.from(tf.mean(masks, [1, 2]).dataSync());
    Array.from(mixed.lam.dataSync()).forEach((share, index) =>
      expect(share).toBeCloseTo(shown[index] as number, 6),
    );
    const again = applyGeneratorMix(batch, plan, made);
    expect(Array.from(again.images.dataSync())).toEqual(Array.from(images.dataSync()));
    expect(again.masks).toBeUndefined();
    disposeMixed(mixed);
    disposeMixed(again);
  });

  it('shows a pair over λ', () => {
    const [made, batch] = [parts(), tiny()];
    const lams = [0, 0.5, 1];
    const shares = lams.map((lam) => {
      const plan = {
        method: 'maskGenerator' as const,
        shape: [4, 8, 8] as const,
        sources: [[0, 1]],
        lam: [[lam, 1 - lam]],
        upsampling: 'bilinear' as const,
      };
      const { masks } = applyGeneratorMix(batch, plan, made, { masks: true });
      return tf.mean(tf.slice(masks as tf.Tensor4D, [0, 0, 0, 0], [1, -1, -1, 1])).dataSync()[0] as number;
    });
    expect(new Set(shares).size).toBe(3);
  });

  it('leaves lopsided rows to plain Mixup on request', () => {
    const [made, batch] = [parts(), tiny()];
    const masksOf = (options: { readonly lamMargin?: number; readonly marginRule?: 'first' }) => {
      const mix = createGeneratorMixer({ ...made, mixSamples: 2, ...options });
      const { masks, plan } = mix(batch, { rng: createRng(1), masks: true });
      const shown = tf.slice(masks as tf.Tensor4D, [0, 0, 0, 0], [1, -1, -1, 1]);
      const [first, ...others] = Array.from(shown.dataSync());
      return { lam: plan.lam[0]?.[0], first, isConstant: others.every((share) => share === first) };
    };
    expect(masksOf({}).isConstant).toBe(false);
    const { lam, first, isConstant } = masksOf({ lamMargin: 0.5, marginRule: 'first' });
    expect(isConstant).toBe(true);
    expect(first).toBeCloseTo(lam as number, 6);
    expect(() => masksOf({ lamMargin: 0.6 })).toThrow(
      'createGeneratorMixer: lamMargin must be a number from 0 to 0.5',
    );
  });

  it('keeps the loss on a mix out of the generator', () => {
    const made = parts();
    const mix = createGeneratorMixer(made);
    const all = [...Object.values(made.classifier.variables), ...Object.values(made.generator.variables)];
    const loss = () => tf.sum(mix(tiny(), { rng: createRng(0) }).images) as tf.Scalar;
    expect(() => tf.variableGrads(loss, all)).toThrow(/Cannot find a connection/);
  });

  it('refuses plans of another kind, or for another batch', () => {
    const [made, batch] = [parts(), tiny()];
    const { plan } = createGeneratorMixer(made)(batch, { rng: createRng(0) });
    const wider = { ...plan, shape: [4, 8, 9] as const };
    expect(() => applyGeneratorMix(batch, wider, made)).toThrow(
      "plan.shape must be the batch's [B,H,W]=[4,8,8]",
    );
    for (const [row, message] of [
      [[1.5, -0.5, 0], 'lam must be a number from 0 to 1'],
      [[Number.NaN, 1, 0], 'plan.lam must sum to 1 in each row'],
      [[0.5, 0.5, 0.5], 'plan.lam must sum to 1 in each row; got [0.5,0.5,0.5]'],
    ] as const) {
      const lam = plan.lam.map((own, index) => (index === 1 ? row : own));
      expect(() => applyGeneratorMix(batch, { ...plan, lam }, made)).toThrow(message);
    }
    for (const torn of [
      { ...plan, lam: undefined as never },
      { ...plan, lam: [0.2, 0.3, 0.5] as never },
      { ...plan, sources: undefined as never },
    ]) {
      expect(() => applyGeneratorMix(batch, torn, made)).toThrow(
        /applyGeneratorMix: plan\.(lam|sources) must be a list of lists, one for each row/,
      );
    }
    const other = { ...plan, method: 'mixBlock' as never };
    expect(() => applyGeneratorMix(batch, other, made)).toThrow('plan.method must be');
  });

  it('says which stage there is none of', () => {
    const mix = createGeneratorMixer({ ...parts(), stage: 9 });
    expect(() => mix(tiny(), { rng: createRng(0) })).toThrow('stage must be from 1 to 3; got 9');
  });
});
