import type { MaskCollapse } from '@mix/automix';
import type { EpochRecord } from '@mix/train';

/** How learned masks fail. */
export type Collapse = MaskCollapse;

// Masks begin flat; what they are in the first tenth of a training says nothing.
const FROM = 0.1;

// What gave masks a shape in short trainings: see `packages/automix/README.md` and `benchmarks/learned`.
const shaping =
  "--init-deviation 0.3, a higher --generator-learning-rate (0.1), --lam-per sample and the model's last stage as --mask-stage; see 'Short trainings' in the README of @mix/automix";

/** The collapse that an epoch's record names, of a training of so many epochs. */
export function collapseOf({ epoch, watched }: EpochRecord, epochs: number): Collapse | undefined {
  const named = watched?.['collapse'];
  return epoch > FROM * epochs && typeof named === 'string' ? (named as Collapse) : undefined;
}

/** Whether an epoch's record shows masks that are in order: neither flat nor all of one image. */
export function hasShape({ watched }: EpochRecord): boolean {
  return watched?.['spread'] !== undefined && watched['collapse'] === undefined;
}

/**
 * A warning: what is wrong with the masks, and what helps.
 *
 * @param hadShape Whether masks were in order in an earlier epoch.
 */
export function describeCollapse(
  collapse: Collapse,
  { epoch, watched }: EpochRecord,
  hadShape: boolean,
): string {
  const [mean, spread] = ['mean', 'spread'].map((name) => Number(watched?.[name]).toFixed(3));
  const seen = `mean share ${mean}, spread ${spread}`;
  if (collapse === 'saturated') {
    return `epoch ${epoch}: the learned masks have collapsed (saturated; ${seen}): one image takes all of the picture, whatever λ. Lower --generator-learning-rate, or set --generator-momentum 0`;
  }
  return hadShape
    ? `epoch ${epoch}: the learned masks have collapsed (constant; ${seen}): they have lost their shape, and mixes are plain blends. What keeps it in short trainings: ${shaping}`
    : `epoch ${epoch}: the learned masks have no shape yet (${seen}), and mixes are plain blends. Long trainings may still find one; in short ones try ${shaping}`;
}
