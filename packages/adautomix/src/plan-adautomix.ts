import {
  type BatchShape,
  checkChoice,
  checkInteger,
  checkPositive,
  checkRange,
  type Interpolation,
  invalidArgument,
  type Plan,
  type Rng,
} from '@mix/core';

/** What one branch of a step mixes. */
export type BranchPlan = {
  /** For each row, the row of the batch of each of its K sources. */
  readonly sources: readonly (readonly number[])[];
  /** For each row, the share λ of each source; sums to 1. */
  readonly lam: readonly (readonly number[])[];
  /** How the branch's mask is brought to the images' size. */
  readonly upsampling: Interpolation;
};

/** What a step of AdAutoMix draws: plain numbers. */
export interface AdautomixPlan extends Plan {
  readonly method: 'adautomix';
  /** The mix that trains the generator. */
  readonly generator: BranchPlan;
  /** The mix that trains the classifier. */
  readonly backbone: BranchPlan;
  /** Whether this step trains the generator. */
  readonly trainsGenerator: boolean;
}

/** Options of {@link planAdautomix}. */
export interface AdautomixDraws {
  /** Images in a mix, K, at least 2; with `randomSamples` the most. @defaultValue 3 */
  readonly mixSamples?: number;
  /** Draw K uniformly from 2 to `mixSamples` for each batch. @defaultValue false */
  readonly randomSamples?: boolean;
  /** Raw shares are Beta(alpha, alpha); above 0. @defaultValue 1 */
  readonly alpha?: number;
  /** One draw of λ for the whole batch, as published, or one for each row. @defaultValue 'batch' */
  readonly lamPer?: 'batch' | 'sample';
  /**
   * Keep the sources of a row apart, as far as the batch is large enough: partners are derangements for K = 2. (The published code keeps
   * fixed points out of two of the generator's permutations alone, which for K ≥ 3 lets a row mix an image with itself.)
   * @defaultValue false
   */
  readonly derangement?: boolean;
  /** Chance that a step trains the generator, in `[0,1]`. @defaultValue 1 */
  readonly generatorProb?: number;
  /** The generator's ways to bring logits to the images' size, one drawn for each mask. @defaultValue 'bilinear' */
  readonly upsampling?: Interpolation | readonly Interpolation[];
}

/**
 * Draws sources and shares. For K = 2 the first image is the row's own, and each branch has its own λ and partners. For K ≥ 3 all
 * images are permuted, each branch has permutations of its own, and both share `λ_i = r_i / Σr`, which is not Dirichlet: normalised
 * uniforms lie closer to 1/K.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function planAdautomix(shape: BatchShape, rng: Rng, options: AdautomixDraws = {}): AdautomixPlan {
  checkDraws(options);
  const { mixSamples = 3, randomSamples = false, generatorProb = 1, upsampling = 'bilinear' } = options;
  const own = rng.split();
  const count = randomSamples ? 2 + own.integer(mixSamples - 1) : mixSamples;
  const draw = count === 2 ? pairs : several(shape[0], count, own, options);
  const branch = (): BranchPlan => ({
    ...draw(shape[0], own, options),
    upsampling: typeof upsampling === 'string' ? upsampling : own.choice(upsampling),
  });
  const [generator, backbone] = [branch(), branch()];
  const trainsGenerator = own.uniform() < generatorProb;
  return { method: 'adautomix', shape, generator, backbone, trainsGenerator };
}

type Draw = (size: number, rng: Rng, options: AdautomixDraws) => Pick<BranchPlan, 'sources' | 'lam'>;

const pairs: Draw = (size, rng, options) => {
  const { alpha = 1, derangement = false } = options;
  const lam = shares(size, rng, options, (stream) => {
    const first = stream.beta(alpha, alpha);
    return [first, 1 - first];
  });
  const partner = derangement ? rng.derangement(size) : rng.permutation(size);
  return { lam, sources: partner.map((other, row) => [row, other]) };
};

function several(size: number, count: number, rng: Rng, options: AdautomixDraws): Draw {
  const lam = shares(size, rng, options, (stream) => normalisedShares(count, options.alpha ?? 1, stream));
  return () => ({ lam, sources: permutedSources(size, count, rng, options.derangement ?? false) });
}

/** K shares `r_i / Σr` of r_i ~ Beta(alpha, alpha). */
function normalisedShares(count: number, alpha: number, rng: Rng): number[] {
  const raw = Array.from({ length: count }, () => rng.beta(alpha, alpha));
  const sum = raw.reduce((total, value) => total + value, 0);
  // Tiny alphas may give nothing but zeros.
  return raw.map((value) => (sum > 0 ? value / sum : 1 / count));
}

function shares(
  size: number,
  rng: Rng,
  { lamPer = 'batch' }: AdautomixDraws,
  draw: (stream: Rng) => number[],
): number[][] {
  const stream = rng.split();
  if (lamPer === 'sample') return Array.from({ length: size }, (_, row) => draw(stream.fork('row', row)));
  const all = draw(stream);
  return Array.from({ length: size }, () => all);
}

// Kept apart, sources lie at different distances along one permutation.
function permutedSources(size: number, count: number, rng: Rng, apart: boolean): number[][] {
  const rows = Array.from({ length: size }, (_, row) => row);
  if (!apart) {
    const orders = Array.from({ length: count }, () => rng.permutation(size));
    return rows.map((row) => orders.map((order) => order[row] as number));
  }
  const order = rng.permutation(size);
  const distances = rng.permutation(size);
  return rows.map((row) =>
    Array.from({ length: count }, (_, k) => order[(row + (distances[k % size] as number)) % size] as number),
  );
}

/** Throws unless {@link planAdautomix} can draw by these options. */
export function checkDraws(options: AdautomixDraws): void {
  const { mixSamples = 3, alpha = 1, lamPer = 'batch', generatorProb = 1, upsampling = 'bilinear' } = options;
  checkInteger('adautomix', 'mixSamples', mixSamples, 2);
  checkPositive('adautomix', 'alpha', alpha);
  checkChoice('adautomix', 'lamPer', lamPer, ['batch', 'sample']);
  checkRange('adautomix', 'generatorProb', generatorProb, 0, 1);
  const modes = typeof upsampling === 'string' ? [upsampling] : upsampling;
  if (modes.length === 0) throw invalidArgument('adautomix', 'upsampling', 'not be empty', upsampling);
  for (const each of modes) checkChoice('adautomix', 'upsampling', each, ['nearest', 'bilinear', 'bicubic']);
}
