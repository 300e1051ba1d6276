import type { TrainingValues } from '../factories/learned/training-keys.js';
import type { Refuse } from './check-combinations.js';
import type { Config } from './config-schema.js';

/** Keys of the methods that learn their masks, each with what it says when left out. */
type LearnedSection = TrainingValues & {
  readonly lamConcat?: string;
  readonly lamMultiply?: string;
  readonly lamGain?: number;
  readonly blockValue?: string;
  readonly valueHidden?: number;
  readonly valueNorm?: string;
  readonly valueDropout?: number;
  readonly queryKey?: string;
  readonly mixSamples?: number;
  readonly randomSamples?: boolean;
};

/** Rules about methods that learn their masks. */
export function checkLearned(
  { method, labels, loss, train }: Pick<Config, 'method' | 'labels' | 'loss' | 'train'>,
  refuse: Refuse,
): void {
  const chosen = `--mixer ${method.mixer}`;
  if (loss.name !== 'cross-entropy') refuse(['loss', 'name'], `be cross-entropy with ${chosen}`);
  if (loss.balance !== 'none') refuse(['loss', 'balance'], `be none with ${chosen}`);
  if (labels.paddlesStage !== undefined) {
    refuse(['labels', 'paddlesStage'], `be left out with ${chosen}, whose teacher learns nothing by itself`);
  }
  const section = method as unknown as LearnedSection;
  checkTeacher(section, refuse);
  checkGenerator(section, train, refuse);
  checkBlock(section, refuse);
  if (train.batchSize < 2) {
    refuse(
      ['train', 'batchSize'],
      `be at least 2 with ${chosen}, which mixes images of a batch with each other`,
    );
  }
  const { mixSamples, randomSamples } = section;
  if (randomSamples === true && mixSamples === 2) {
    refuse(['method', 'randomSamples'], 'be left out with --mix-samples 2, the fewest there are');
  }
}

function checkBlock(section: LearnedSection, refuse: Refuse): void {
  const { lamConcat, lamMultiply, lamGain = 1, queryKey, blockValue } = section;
  if (lamConcat === 'all' && (lamMultiply !== 'none' || queryKey === 'joint')) {
    refuse(['method', 'lamConcat'], 'be none or value unless --lam-multiply is none and --query-key shared');
  }
  if (lamGain !== 1 && lamMultiply !== 'residual') {
    refuse(['method', 'lamGain'], 'be 1 without --lam-multiply residual');
  }
  const { valueHidden, valueNorm = 'batch', valueDropout = 0 } = section;
  const effects = {
    valueHidden: valueHidden !== undefined,
    valueNorm: valueNorm !== 'batch',
    valueDropout: valueDropout > 0,
  };
  for (const [key, wanted] of Object.entries(effects)) {
    if (wanted && blockValue !== 'neck') refuse(['method', key], 'come with --block-value neck');
  }
}

function checkTeacher({ teacherSchedule, ...section }: LearnedSection, refuse: Refuse): void {
  const wanted = { auto: [], constant: ['teacherMomentum'] } as Readonly<Record<string, readonly string[]>>;
  for (const key of ['teacherMomentum', 'teacherMomentumEnd', 'teacherFrom'] as const) {
    if (section[key] !== undefined && wanted[teacherSchedule]?.includes(key) === false) {
      refuse(
        ['method', key],
        `come with a schedule that has it, not with --teacher-schedule ${teacherSchedule}`,
      );
    }
  }
}

function checkGenerator(
  {
    generatorOptimizer,
    generatorMomentum,
    generatorFinalRate,
    generatorLearningRate,
    generatorWarmupEpochs = 0,
  }: LearnedSection,
  { optimizer, schedule, epochs }: Config['train'],
  refuse: Refuse,
): void {
  if (generatorWarmupEpochs >= epochs) {
    refuse(['method', 'generatorWarmupEpochs'], `be below the number of epochs (--epochs ${epochs})`);
  }
  if (generatorMomentum !== undefined && (generatorOptimizer ?? optimizer) !== 'sgd') {
    refuse(['method', 'generatorMomentum'], 'come with sgd (--generator-optimizer sgd)');
  }
  if (generatorFinalRate > 0 && schedule === 'constant') {
    refuse(['method', 'generatorFinalRate'], 'be 0 with --schedule constant, which ends where it began');
  }
  if (generatorFinalRate > generatorLearningRate) {
    refuse(
      ['method', 'generatorFinalRate'],
      `be at most the highest (--generator-learning-rate ${generatorLearningRate})`,
    );
  }
}

/** Rules about SUMix. */
export function checkSumix(
  labels: Config['labels'],
  method: Config['method'],
  { plainLoss, dropsRows }: { readonly plainLoss: boolean; readonly dropsRows: boolean },
  refuse: Refuse,
): void {
  if (!plainLoss) refuse(['loss', 'name'], 'be cross-entropy, unbalanced, with --label-rule sumix');
  if (labels.paddlesStage !== undefined) {
    refuse(['labels', 'paddlesStage'], 'be left out with --label-rule sumix, which has two passes');
  }
  if (dropsRows) refuse(['labels', 'rule'], `be another with --mixer ${method.mixer}, which drops rows`);
  const { sumixVariant, ratioFrom, sharpness } = labels as {
    readonly sumixVariant?: string;
    readonly ratioFrom?: string;
    readonly sharpness?: number;
  };
  const ratio = ratioFrom ?? (sumixVariant === 'fixed' ? 'distance' : 'reference');
  if (sharpness !== undefined && ratio === 'reference') {
    refuse(['labels', 'sharpness'], 'be left out with the published ratio (--ratio-from reference)');
  }
}
