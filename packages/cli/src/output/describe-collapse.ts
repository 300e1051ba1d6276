import type { MaskCollapse } from '@mix/automix';
import type { EpochRecord } from '@mix/train';

/** How learned masks fail. */
export type Collapse = MaskCollapse;

// Masks begin flat; what they are in the first tenth of a training says nothing.
const FROM = 0.1;

const remedies: Readonly<Record<Collapse, string>> = {
  constant:
    'they have no shape, and mixes are plain Mixup. Raise --generator-learning-rate, or take an earlier --mask-stage',
  saturated:
    'one image takes all of the picture, whatever λ. Lower --generator-learning-rate, or set --generator-momentum 0',
};

/** The collapse that an epoch's record names, of a training of so many epochs. */
export function collapseOf({ epoch, watched }: EpochRecord, epochs: number): Collapse | undefined {
  const named = watched?.['collapse'];
  return epoch > FROM * epochs && typeof named === 'string' ? (named as Collapse) : undefined;
}

/** A warning: what became of the masks, and what helps. */
export function describeCollapse(collapse: Collapse, { epoch, watched }: EpochRecord): string {
  const [mean, spread] = ['mean', 'spread'].map((name) => Number(watched?.[name]).toFixed(3));
  return `epoch ${epoch}: the learned masks have collapsed (${collapse}; mean share ${mean}, spread ${spread}): ${remedies[collapse]}`;
}
