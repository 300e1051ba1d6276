import { createRng, isMixError, writeSafetensors } from '@mix/core';
import { testedBackends, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createMaskGenerator, type MaskGenerator, type MaskRequest } from './mask-generator.js';
import type { MaskGeneratorOptions } from './mask-generator-design.js';
import { loadMaskGenerator, saveMaskGenerator } from './mask-generator-file.js';

const CHANNELS = 5;

/** Weights far larger than the first ones, so that masks are not flat. */
function generator(options: Partial<MaskGeneratorOptions> = {}): MaskGenerator {
  const made = createMaskGenerator({ channels: CHANNELS, rng: createRng(1), ...options });
  for (const variable of Object.values(made.variables)) {
    const rng = createRng(2).fork(variable.shape.join(), variable.size);
    const values = Array.from({ length: variable.size }, () => rng.normal(0, 0.7));
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
  return made;
}

function noise(shape: [number, number, number, number], seed = 4): tf.Tensor4D {
  const rng = createRng(seed);
  return tf.tensor4d(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal()),
    shape,
  );
}

const features = () => noise([3, 2, 3, CHANNELS]);
const three: MaskRequest = {
  sources: [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
  ],
  lam: [
    [0.2, 0.5, 0.3],
    [0.2, 0.5, 0.3],
    [0.6, 0.1, 0.3],
  ],
  size: [4, 6],
};
const two: MaskRequest = {
  sources: [
    [0, 2],
    [1, 1],
    [2, 0],
  ],
  lam: [
    [0.3, 0.7],
    [0.3, 0.7],
    [0.8, 0.2],
  ],
  size: [4, 6],
};
const reversed = ({ sources, lam, size }: MaskRequest): MaskRequest => ({
  sources: sources.map((row) => [...row].reverse()),
  lam: lam.map((row) => [...row].reverse()),
  size,
});
const values = (x: tf.Tensor) => Array.from(x.dataSync());
const masksOf = (made: MaskGenerator, request: MaskRequest, x = features()) =>
  values(made.generate(x, request).masks);
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, index) => Math.abs(value - (b[index] as number))));

describe.each(testedBackends('cpu', 'wasm'))('createMaskGenerator on %s', (backend) => {
  useBackend(backend);

  it.each<[string, Partial<MaskGeneratorOptions>, MaskRequest]>([
    ['two', {}, two],
    ['three', { lamConcat: true }, three],
    ['three, normalised, nearest', { attentionNorm: 'batch', upsampling: 'nearest' }, three],
    ['two, values of the others, bicubic', { valueSource: 'other', upsampling: 'bicubic' }, two],
  ])('makes shares that sum to 1 and follow their sources: %s', (_, options, request) => {
    const made = generator(options);
    const { masks, logits } = made.generate(features(), request);
    const count = request.sources[0]?.length as number;
    expect(masks.shape).toEqual([3, 4, 6, count]);
    expect(logits.shape).toEqual([3, 2, 3, count]);
    expect(Math.max(...values(tf.moments(masks, [1, 2]).variance))).toBeGreaterThan(1e-4);
    expect(Math.min(...values(masks))).toBeGreaterThanOrEqual(0);
    for (const sum of values(tf.sum(masks, 3))) expect(sum).toBeCloseTo(1, 6);
    const turned = made.generate(features(), reversed(request)).masks;
    expect(distance(values(tf.reverse(turned, 3)), values(masks))).toBeLessThan(1e-5);
    made.dispose();
  });

  it('is differentiable by features and every weight, as finite differences say', () => {
    for (const [options, request] of [
      [{ lamConcat: true, valueSource: 'other' }, three],
      [{ attentionNorm: 'batch' }, two],
    ] as const) {
      const made = generator({ activation: 'none', ...options });
      const input = tf.variable(features());
      const cotangent = noise([3, 4, 6, request.sources[0]?.length as number], 9);
      const loss = () =>
        tf.sum(
          tf.mul(made.generate(input as tf.Tensor as tf.Tensor4D, request).masks, cotangent),
        ) as tf.Scalar;
      const all = { features: input, ...made.variables };
      const { grads } = tf.variableGrads(loss, Object.values(all));
      for (const [name, variable] of Object.entries(all)) {
        const rng = createRng(3);
        const direction = tf.tensor(
          Array.from({ length: variable.size }, () => rng.normal()),
          variable.shape,
        );
        const centre = tf.clone(variable);
        const at = (step: number) => {
          variable.assign(tf.add(centre, tf.mul(direction, step)));
          return loss().dataSync()[0] as number;
        };
        const slope = (at(1e-2) - at(-1e-2)) / 2e-2;
        variable.assign(centre);
        const wanted = tf.sum(tf.mul(grads[variable.name] as tf.Tensor, direction)).dataSync()[0] as number;
        expect(Math.abs(slope - wanted), name).toBeLessThan(2e-3 + 0.01 * Math.abs(wanted));
      }
      tf.dispose(input);
      made.dispose();
    }
  });

  it('knows λ only where it is concatenated', () => {
    const other = { ...three, lam: three.lam.map(() => [0.8, 0.1, 0.1]) };
    const [deaf, hearing] = [generator(), generator({ lamConcat: true })];
    expect(masksOf(deaf, other)).toEqual(masksOf(deaf, three));
    expect(distance(masksOf(hearing, other), masksOf(hearing, three))).toBeGreaterThan(0.01);
    deaf.dispose();
    hearing.dispose();
  });

  it.each([2, 3, 4])('gives %i equal images equal shares', (count) => {
    const made = generator({ lamConcat: true });
    const row = Array.from({ length: count }, () => 1);
    const equally = { sources: [row], lam: [row.map(() => 1 / count)], size: [2, 3] as const };
    for (const share of masksOf(made, equally)) expect(share).toBeCloseTo(1 / count, 6);
    made.dispose();
  });

  it('learns nothing about the bias of its values, which cancels', () => {
    const made = generator();
    const cotangent = noise([3, 4, 6, 3], 9);
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(made.generate(features(), three).masks, cotangent)) as tf.Scalar,
      Object.values(made.variables),
    );
    const largest = (name: string) =>
      Math.max(...values(tf.abs(grads[(made.variables[name] as tf.Variable).name] as tf.Tensor)));
    expect(largest('conv_v.weight')).toBeGreaterThan(0.01);
    expect(largest('conv_v.bias')).toBe(0);
    const before = masksOf(made, three);
    tf.tidy(() => made.variables['conv_v.bias']?.assign(tf.tensor1d([3])));
    expect(distance(masksOf(made, three), before)).toBeLessThan(1e-5);
    made.dispose();
  });

  it('stays finite for features that would overflow, and counts calls that are not', () => {
    const made = generator();
    for (const share of masksOf(made, three, tf.mul(features(), 1e25)))
      expect(share).toBeGreaterThanOrEqual(0);
    expect(made.badCalls()).toBe(0);
    const poisoned = tf.tensor4d(
      values(features()).map((value, index) => (index === 0 ? Number.NaN : value)),
      [3, 2, 3, CHANNELS],
    );
    const masks = masksOf(made, three, poisoned);
    expect(masks.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(made.badCalls()).toBe(1);
    const state = made.state();
    made.restore(state);
    tf.dispose({ ...state.tensors });
    expect(made.badCalls()).toBe(0);
    made.dispose();
  });

  it('keeps nothing but its weights', () => {
    const [x, before] = [features(), tf.memory().numTensors];
    const made = generator({ lamConcat: true, attentionNorm: 'batch' });
    const own = tf.memory().numTensors;
    tf.dispose(made.generate(x, three));
    tf.dispose(made.attention(x, three));
    expect(tf.memory().numTensors).toBe(own);
    made.dispose();
    made.dispose();
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });
});

describe('createMaskGenerator', () => {
  useBackend('cpu');

  it('starts with an equal blend', () => {
    const made = createMaskGenerator({ channels: CHANNELS, rng: createRng(0), lamConcat: true });
    for (const share of masksOf(made, three)) expect(share).toBeCloseTo(1 / 3, 2);
    made.dispose();
  });

  it('starts with uneven masks where its first weights are larger', () => {
    const made = createMaskGenerator({ channels: CHANNELS, rng: createRng(0), initDeviation: 1 });
    expect(Math.max(...masksOf(made, three))).toBeGreaterThan(0.4);
    made.dispose();
    expect(() => createMaskGenerator({ channels: CHANNELS, rng: createRng(0), initDeviation: 0 })).toThrow(
      /initDeviation must be a finite number above 0/,
    );
  });

  it.each([{}, { lamConcat: true }, { attentionNorm: 'batch' as const }])(
    'projects features once for several calls: %o',
    (options) => {
      const made = generator(options);
      const projected = made.project(features());
      for (const request of [two, three]) {
        const masks = made.generate(projected, request).masks;
        expect(distance(values(masks), masksOf(made, request))).toBeLessThan(1e-6);
      }
      made.dispose();
    },
  );

  it('shows attention over the positions of the others', () => {
    const made = generator();
    const attention = made.attention(features(), three);
    expect(attention.map(({ shape }) => shape)).toEqual([
      [3, 6, 6],
      [3, 6, 6],
      [3, 6, 6],
    ]);
    for (const sum of values(tf.sum(attention[0] as tf.Tensor, 2))) expect(sum).toBeCloseTo(1, 6);
    made.dispose();
  });

  it('shows the attention that generate uses, and tracks nothing', () => {
    const made = generator({ attentionNorm: 'batch' });
    const shown = (training?: boolean) =>
      values(
        tf.concat(made.attention(features(), { ...two, ...(training !== undefined && { training }) }), 0),
      );
    const [asGenerated, running] = [shown(), shown(false)];
    expect(values(made.state().tensors['conv_q.bn.running_var'] as tf.Tensor)).toEqual([1, 1]);
    expect(shown(true)).toEqual(asGenerated);
    expect(distance(running, asGenerated)).toBeGreaterThan(1e-3);
    made.dispose();
  });

  it('moves its running statistics once for each source, and uses them outside training', () => {
    const made = generator({ attentionNorm: 'batch' });
    const statistic = () => values(made.state().tensors['conv_q.bn.running_var'] as tf.Tensor)[0] as number;
    const inference = () => masksOf(made, { ...two, training: false });
    const before = inference();
    expect(statistic()).toBe(1);
    masksOf(made, two);
    const [kept, batch] = [0.9 ** 2, statistic()];
    const unbiased = (batch - kept) / (1 - kept);
    masksOf(made, two);
    expect(statistic()).toBeCloseTo(kept * kept + (1 - kept * kept) * unbiased, 5);
    expect(distance(inference(), before)).toBeGreaterThan(1e-4);
    made.dispose();
  });

  it('gives its state and takes it back', () => {
    const [from, to] = [
      generator({ attentionNorm: 'batch' }),
      createMaskGenerator({ channels: CHANNELS, rng: createRng(9), attentionNorm: 'batch' }),
    ];
    masksOf(from, two);
    const state = from.state();
    to.restore(state);
    tf.dispose({ ...state.tensors });
    expect(masksOf(to, { ...two, training: false })).toEqual(masksOf(from, { ...two, training: false }));
    const other = generator({ lamConcat: true, attentionNorm: 'batch' });
    expect(() => other.restore(from.state())).toThrow(
      /state must be of lamConcat true; got "false". Make it with the options/,
    );
    const { tensors } = from.state();
    expect(() => other.restore({ tensors, values: {} })).toThrow(
      /must hold .*conv_q.conv.weight float32 \[1,1,6,2\].*Make it with the options/,
    );
    const unscaled = generator({ attentionNorm: 'batch', scaleScores: false });
    expect(() => unscaled.restore(from.state())).toThrow(/state must be of scaleScores false; got "true"/);
    unscaled.dispose();
    for (const each of [from, to, other]) each.dispose();
  });

  it('is saved with its design, and loaded', async () => {
    const made = generator({ attentionNorm: 'batch', lamConcat: true, upsampling: ['nearest', 'bicubic'] });
    const count = tf.memory().numTensors;
    const bytes = await saveMaskGenerator(made);
    expect(tf.memory().numTensors).toBe(count);
    const loaded = loadMaskGenerator(bytes);
    expect(loaded.design).toEqual(made.design);
    const other = generator({ lamConcat: true, upsampling: ['bilinear'] });
    expect(() => generator({ lamConcat: true }).restore(other.state())).not.toThrow();
    const request: MaskRequest = { ...three, upsampling: 'bicubic', training: false };
    expect(masksOf(loaded, request)).toEqual(masksOf(made, request));
    expect(() => masksOf(loaded, three)).toThrow('upsampling must be given, one of nearest, bicubic');
    expect(() => loadMaskGenerator(writeSafetensors([]), 'x')).toThrow(
      "x must hold a mask generator ('mask-generator-1')",
    );
    for (const each of [made, loaded]) each.dispose();
  });

  it.each<[string, () => unknown]>([
    ['channels must be an integer of at least 1; got 0', () => generator({ channels: 0 })],
    ['features must be float32 [B,h,w,5]', () => masksOf(generator(), two, noise([3, 2, 3, 4]))],
    [
      'sources must hold the same number of sources, at least 2',
      () => masksOf(generator(), { ...two, sources: [[0]] }),
    ],
    [
      'sources must be rows of the features, 0 to 2',
      () =>
        masksOf(generator(), {
          ...two,
          sources: [
            [0, 3],
            [1, 0],
            [0, 0],
          ],
        }),
    ],
    ['lam must hold 2 shares for each of 3 rows', () => masksOf(generator(), { ...two, lam: [[0.5, 0.5]] })],
    [
      'size must be at least that of the features, [2,3]',
      () => masksOf(generator(), { ...two, size: [2, 2] }),
    ],
  ])('says that %s', (message, make) => {
    let caught: unknown;
    try {
      make();
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught) && caught.message).toContain(message);
  });
});
