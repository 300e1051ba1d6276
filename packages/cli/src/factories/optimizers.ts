import { adamw, type Optimizer, type Rates, sgd } from '@mix/train';
import { z } from 'zod';

/** An optimiser that `train.optimizer` can name. */
export interface OptimizerEntry {
  /** One line for `--help` and the README. */
  readonly summary: string;
  /** Its own keys in the section `train`. */
  readonly options: z.ZodRawShape;
  /** Makes it from the section; the learning rate is the schedule's, times those of single variables. */
  readonly create: (section: unknown, rates: Rates) => Optimizer;
}

function entry<S extends z.ZodRawShape>(
  summary: string,
  options: S,
  create: (options: z.output<z.ZodObject<S>> & { readonly rates: Rates }) => Optimizer,
): OptimizerEntry {
  return {
    summary,
    options,
    create: (section, rates) => create({ ...z.object(options).parse(section), rates }),
  };
}

const learningRate = (rate: number) => z.number().positive().default(rate).describe('highest learning rate');
const weightDecay = (decay: number) => z.number().min(0).default(decay).describe('weight decay');
// Not `noDecay` as in the library: `--no-decay` would read as the negation of a flag.
const decayExempt = z
  .enum(['none', 'norms-and-biases', 'norms-biases-and-embeddings'])
  .default('none')
  .describe("variables that weight decay leaves alone; embeddings are a transformer's tokens and positions");
const beta = (value: number) => z.number().min(0).lt(1).default(value);

/** Every optimiser by its name in the configuration; a new one is one entry here. */
export const optimizers: Readonly<Record<string, OptimizerEntry>> = {
  sgd: entry(
    'SGD with Nesterov momentum',
    {
      learningRate: learningRate(0.1),
      momentum: z.number().min(0).lt(1).default(0.9).describe('share of the last update that is kept'),
      nesterov: z.boolean().default(true).describe('look ahead by one momentum step'),
      weightDecay: weightDecay(5e-4),
      decoupled: z
        .boolean()
        .default(false)
        .describe('shrink the weights themselves (SGDW) instead of adding to the gradient'),
      decayExempt,
    },
    ({ decayExempt, ...options }) => sgd({ ...options, noDecay: decayExempt }),
  ),
  adamw: entry(
    'AdamW',
    {
      learningRate: learningRate(1e-3),
      weightDecay: weightDecay(0.05),
      decayExempt,
      beta1: beta(0.9).describe('decay of the mean of gradients'),
      beta2: beta(0.999).describe('decay of the mean of squared gradients'),
      epsilon: z.number().positive().default(1e-8).describe('added to the root of the second moment'),
    },
    ({ decayExempt, ...options }) => adamw({ ...options, noDecay: decayExempt }),
  ),
};
