import { decoupledCrossEntropy, softBce, softCrossEntropy, softmaxBce } from '@mix/core';
import { effectiveNumberWeights } from '@mix/data';
import {
  balancedSoftmax,
  classTemperatures,
  classWeighted,
  ldam,
  type RowLoss,
  softKl,
  tempered,
} from '@mix/handcrafted';
import { z } from 'zod';

/** A loss that `loss.name` can name. */
export interface LossEntry {
  /** One line for `--help` and the README. */
  readonly summary: string;
  /** Its own keys in the section `loss`. */
  readonly options: z.ZodRawShape;
  /**
   * Makes it from the section.
   *
   * @param counts Training images of each class, at least 1.
   */
  readonly create: (section: unknown, counts: () => readonly number[]) => RowLoss;
  /** Whether it is for rows of at most two classes, and no smoothed labels. */
  readonly pairsOnly: boolean;
}

/** What methods take to turn logits and targets into a loss. */
export interface RowLossOptions {
  readonly loss: RowLoss;
  readonly labelSmoothing: number;
}

function entry<S extends z.ZodRawShape>(
  summary: string,
  options: S,
  create: (options: z.output<z.ZodObject<S>>, counts: () => readonly number[]) => RowLoss,
  pairsOnly = false,
): LossEntry {
  const own = z.object(options);
  return { summary, options, pairsOnly, create: (section, counts) => create(own.parse(section), counts) };
}

const overClasses = z
  .enum(['mean', 'sum'])
  .default('mean')
  .describe("how the classes' terms of a row are put together");

/** Every loss by its name in the configuration; a new one is one entry here. */
export const losses: Readonly<Record<string, LossEntry>> = {
  'cross-entropy': entry('soft cross-entropy', {}, () => softCrossEntropy),
  decoupled: entry(
    'cross-entropy, and that of each class without the other (Liu et al. 2023)',
    { eta: z.number().min(0).default(0.1).describe('weight of the decoupled terms') },
    (options) => (logits, targets) => decoupledCrossEntropy(logits, targets, options),
    true,
  ),
  bce: entry(
    'binary cross-entropy of sigmoids, also for several labels',
    {
      overClasses,
      negWeight: z.number().min(0).default(1).describe('weight of the classes that are not in the row'),
    },
    (options) => (logits, targets) => softBce(logits, targets, options),
  ),
  'softmax-bce': entry(
    'binary cross-entropy of the softmax',
    { overClasses },
    (options) => (logits, targets) => softmaxBce(logits, targets, options),
  ),
  ldam: entry(
    'cross-entropy with larger margins for rarer classes (Cao et al. 2019)',
    {
      maxMargin: z.number().positive().default(0.5).describe('margin of the rarest class'),
      logitScale: z.number().positive().default(1).describe('what logits are multiplied by'),
    },
    ({ maxMargin, logitScale: scale }, counts) => ldam(counts(), { maxMargin, scale }),
  ),
  'soft-kl': entry(
    'divergence from softened labels, the less certain the lighter (Liu et al. 2023)',
    {
      reweight: z
        .enum(['rows', 'published', 'none'])
        .default('rows')
        .describe('weight rows by their own confidence, by the mean of the batch, or not'),
    },
    (options) => softKl(options),
  ),
};

type Balance = (loss: RowLoss, counts: readonly number[]) => RowLoss;

/** Every `loss.balance`: how a loss makes up for classes of unequal size. */
export const balances = {
  none: (loss) => loss,
  'class-weights': (loss, counts) => classWeighted(loss, effectiveNumberWeights(counts)),
  'balanced-softmax': balancedSoftmax,
  temperatures: (loss, counts) => tempered(loss, classTemperatures(counts)),
} as const satisfies Readonly<Record<string, Balance>>;

/** Every name of {@link balances}. */
export const balanceNames = Object.keys(balances) as [keyof typeof balances, ...(keyof typeof balances)[]];
