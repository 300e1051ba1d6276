import {
  createRng,
  identity,
  type PerSamplePlan,
  perSample,
  type Rng,
  type SparseTargets,
  type Targets,
} from '@mix/core';
import {
  lumixTargets,
  type MixupPlan,
  mixup,
  mixupeScale,
  permute,
  planAugmix,
  planCutmix,
  planMixup,
  remixTargets,
} from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { values } from '../golden-case.js';
import { deletionSampler } from './deletion-moments.js';
import type { Family } from './family.js';
import { maskSampler } from './mask-moments.js';
import { tilingSampler } from './tiling-moments.js';

interface Detail {
  readonly exact_mean?: number;
  readonly n?: number;
  readonly config: { readonly [key: string]: unknown };
}

const SAMPLES = 40_000;

const seed = 20_240_601;

/** Draws `SAMPLES` values of a named quantity; undefined where there is none of this name. */
function sampler(name: string, { config }: Detail): (() => number[]) | undefined {
  const alpha = config['alpha'] as number;
  const [height, width] = imageSize(name);
  const rng = createRng(seed).fork(name);
  const lams = (fold = false): number[] => [
    ...planMixup([SAMPLES, 1, 1], rng, { alpha, mode: 'elem', fold }).lam,
  ];
  const cuts = (): number[] => [...planCutmix([SAMPLES, height, width], rng, { alpha, mode: 'elem' }).lam];
  if (name.startsWith('beta_lambda_squared')) return () => lams().map((lam) => lam * lam);
  if (name.startsWith('beta_lambda')) return () => lams();
  if (name.startsWith('beta_max')) return () => lams(true);
  if (name.startsWith('cutmix_area')) return () => cuts().map((lam) => 1 - lam);
  if (name.startsWith('cutmix_corrected_lambda')) return cuts;
  if (name.startsWith('cutmix_empty_box_rate')) return () => cuts().map((lam) => (lam === 1 ? 1 : 0));
  if (name.startsWith('self_partner_rate_perm')) {
    const size = Number(/B(\d+)$/.exec(name)?.[1]);
    return () => Array.from({ length: SAMPLES / 10 }, () => meetings(permute(size, rng)) / size);
  }
  if (name.startsWith('timm_minmax_area')) {
    const ratioMinMax = config['minmax'] as [number, number];
    return () =>
      planCutmix([SAMPLES, height, width], rng, { ratioMinMax, mode: 'elem' }).lam.map((lam) => 1 - lam);
  }
  if (name.startsWith('augmix_weight')) {
    const width = Number(/(\d+)$/.exec(name)?.[1]);
    const { rows } = planAugmix([SAMPLES, 1, 1], rng, { width, depth: 1 });
    const isLargest = name.includes('max');
    return () => rows.map(({ weights }) => (isLargest ? Math.max(...weights) : (weights[0] as number)));
  }
  if (name.startsWith('lumix_noise_only')) return () => lumixNoise(config['r_noise'] as number, rng);
  if (name.startsWith('remix_label_lambda')) return () => remixLam(lams());
  const masked = maskSampler(name, config, [SAMPLES, height, width], rng);
  if (masked !== undefined) return masked;
  if (name.startsWith('mixupe_lambda')) return () => new Array<number>(SAMPLES).fill(1 - mixupeScale(alpha));
  if (name.startsWith('timm_elem_lambda')) return () => timmElem(config['prob'] as number, alpha, rng);
  const shape = [SAMPLES, height, width] as const;
  return deletionSampler(name, config, shape, rng) ?? tilingSampler(name, config, shape, rng);
}

// Names carry the size as 32x48, or 32 for a square.
function imageSize(name: string): [height: number, width: number] {
  const [, height = '32', width = height] = /_(\d+)(?:x(\d+))?(?:_|$)/.exec(name) ?? [];
  return [Number(height), Number(width)];
}

function meetings(partner: readonly number[]): number {
  return partner.filter((other, row) => other === row).length;
}

function timmElem(prob: number, alpha: number, rng: ReturnType<typeof createRng>): number[] {
  const batch = {
    images: tf.zeros<tf.Rank.R4>([SAMPLES, 1, 1, 1]),
    labels: tf.zeros<tf.Rank.R1>([SAMPLES], 'int32'),
  };
  const mix = perSample([mixup({ alpha, mode: 'elem' }), identity], { weights: [prob, 1 - prob] });
  const { choice, plans } = mix(batch, { rng }).plan as PerSamplePlan;
  const { lam } = plans[0] as MixupPlan;
  return choice.map((index, row) => (index === 0 ? (lam[row] as number) : 1));
}

// Own weights of pairs of two classes, out of targets with the given ones.
function pairs(lam: readonly number[]): Targets {
  return {
    kind: 'sparse',
    classes: tf.tensor2d(
      lam.flatMap(() => [0, 1]),
      [lam.length, 2],
      'int32',
    ),
    weights: tf.tensor2d(lam.map((own) => [own, 1 - own])),
  };
}

function ownWeights({ weights }: SparseTargets): number[] {
  return [...tf.slice(weights, [0, 0], [-1, 1]).dataSync()];
}

function lumixNoise(share: number, rng: Rng): number[] {
  const noise = Array.from({ length: SAMPLES }, () => rng.uniform());
  const targets = pairs(noise.map(() => 0.5));
  return ownWeights(lumixTargets(targets, tf.zeros([SAMPLES, 2]), noise, { noise: share, prediction: 0 }));
}

function remixLam(lam: readonly number[]): number[] {
  return ownWeights(remixTargets(pairs(lam), { counts: [3, 1] }));
}

// Quantities of which only the mean has a sampler: that of MixupE is a closed form of mix.
const meanAlone = ['mixupe_lambda'];

/** Accepts sample means and standard deviations within five standard errors, of ours and of the reference's together. */
export const momentsFamily: Family = async (golden) => {
  const names = golden.config['names'] as string[];
  const details = golden.config['details'] as Record<string, Detail> | Detail[];
  const [means, meanErrors, deviations, deviationErrors] = (
    ['mean', 'se_mean', 'std', 'se_std'] as const
  ).map((name) => values(golden, `outputs.${name}.f64`)) as [number[], number[], number[], number[]];
  return names.flatMap((name, index) => {
    const detail = (Array.isArray(details) ? details[index] : details[name]) as Detail;
    const drawn = tf.tidy(() => sampler(name, detail)?.());
    if (drawn === undefined) throw new Error(`no sampler for '${name}'`);
    const [ours, deviation] = moments(drawn);
    const at = (list: readonly number[]): number => list[index] as number;
    const { exact_mean: exact, n = 1_000_000 } = detail;
    const limit =
      5 * Math.sqrt((exact === undefined ? at(meanErrors) ** 2 : 0) + at(deviations) ** 2 / drawn.length);
    const checks: Check[] = [{ what: name, error: Math.abs(ours - (exact ?? at(means))), limit }];
    if (meanAlone.some((prefix) => name.startsWith(prefix))) return checks;
    // The reference's error at its number of draws, and at ours.
    const spread = 5 * at(deviationErrors) * Math.sqrt(1 + n / drawn.length);
    return [...checks, { what: `${name}, std`, error: Math.abs(deviation - at(deviations)), limit: spread }];
  });
};

function moments(drawn: readonly number[]): [mean: number, deviation: number] {
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  return [mean, Math.sqrt(drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length)];
}
