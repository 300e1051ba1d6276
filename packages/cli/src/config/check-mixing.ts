import { factoryOf } from '../factories/factory-of.js';
import { labelRules } from '../factories/label-rules.js';
import { losses } from '../factories/losses.js';
import { mixers } from '../factories/mixers.js';
import { models } from '../factories/models.js';
import type { Refuse } from './check-combinations.js';
import { checkLearned, checkSumix } from './check-learned.js';
import type { Config } from './config-schema.js';

/** Rules about how mixer, label rule, loss and schedule go together. */
export function checkMixing({ method, labels, loss, model, train }: Config, refuse: Refuse): void {
  const mixer = factoryOf(mixers, method.mixer);
  const chosen = `--mixer ${method.mixer}`;
  checkSchedule(method, train.epochs, refuse);
  if (mixer.learned !== undefined) checkLearned({ method, labels, loss, train }, refuse);
  if (mixer.always !== undefined) {
    const scheduled = (['prob', 'probEnd', 'onEpoch', 'offEpoch'] as const).find(
      (key) => method[key] !== unscheduled[key],
    );
    if (scheduled !== undefined) {
      refuse(['method', scheduled], `be left out with ${chosen}: ${mixer.always}`);
    }
  }
  // Only mixers of pairs have these.
  const { mode, pairing } = method as { readonly mode?: string; readonly pairing?: string };
  if (mode === 'pair' && pairing !== undefined && pairing !== 'reverse') {
    refuse(
      ['method', 'pairing'],
      'be reverse with --mode pair: the rows of a pair are mixed with each other',
    );
  }
  if (mode === 'pair' && mixer.secondSampler !== undefined) {
    refuse(['method', 'mode'], `be batch or elem with ${chosen}, whose pairs are of two streams`);
  }
  if (method.mixer === 'stackmix' && factoryOf(models, model.name).oneSize) {
    refuse(['method', 'mixer'], `be another with --model ${model.name}, which has images of one size`);
  }
  const { paddlesStage, amplitudeUntil, phaseUntil } = labels;
  for (const key of ['amplitudeUntil', 'phaseUntil'] as const) {
    if (paddlesStage === undefined && labels[key] !== undefined) {
      refuse(['labels', key], 'come with the stage it is about (--paddles-stage)');
    }
  }
  if ((phaseUntil ?? 0.15) < (amplitudeUntil ?? 0.095)) {
    refuse(
      ['labels', 'phaseUntil'],
      `be no less than that of amplitudes (--amplitude-until ${amplitudeUntil ?? 0.095})`,
    );
  }
  if (loss.balanceFrom !== undefined && loss.balance === 'none') {
    refuse(['loss', 'balanceFrom'], 'come with something to begin with (--balance)');
  }
  const byItself = mixer.method !== undefined || mixer.learned !== undefined;
  const beyondPairs = mixer.beyondPairs?.(method) === true;
  if (factoryOf(labelRules, labels.rule).pairsOnly && (beyondPairs || byItself)) {
    refuse(
      ['labels', 'rule'],
      `go with a mixer of two images and their plain labels; ${chosen} gives others`,
    );
  }
  if (labels.rule !== 'mixed' && byItself) {
    refuse(['labels', 'rule'], `be mixed with ${chosen}, which mixes labels by itself`);
  }
  const soft = beyondPairs || method.labelSmoothing > 0 || labels.rule === 'multi-label';
  if (factoryOf(losses, loss.name).pairsOnly && soft) {
    refuse(
      ['loss', 'name'],
      'go with plain labels of two images at most: no smoothing, no softening, no multi-label',
    );
  }
  const plainLoss = loss.name === 'cross-entropy' && loss.balance === 'none';
  if (labels.rule === 'sumix') {
    checkSumix(labels, method, { plainLoss, dropsRows: mixer.keep !== undefined }, refuse);
  }
  if (labels.rule === 'm-correction') {
    if (mixer.keep !== undefined) refuse(['labels', 'rule'], `be another with ${chosen}, which drops rows`);
    if (!plainLoss) refuse(['loss', 'name'], 'be cross-entropy, unbalanced, with --label-rule m-correction');
    if (method.labelSmoothing > 0) {
      refuse(
        ['method', 'labelSmoothing'],
        'be 0 with --label-rule m-correction, whose labels are soft already',
      );
    }
  }
}

const unscheduled = { prob: 1, probEnd: undefined, onEpoch: 0, offEpoch: 0 };

function checkSchedule(
  { prob, probEnd, onEpoch, offEpoch, rampEpochs, ...rest }: Config['method'],
  epochs: number,
  refuse: Refuse,
): void {
  if (onEpoch >= epochs) refuse(['method', 'onEpoch'], `be below the number of epochs (--epochs ${epochs})`);
  else if (offEpoch > 0 && offEpoch <= onEpoch) {
    refuse(
      ['method', 'offEpoch'],
      `be above the epoch that mixing starts after (--on-epoch ${onEpoch}), or 0`,
    );
  }
  if (rampEpochs > 0 && probEnd === undefined && !('alphaEnd' in rest)) {
    refuse(['method', 'rampEpochs'], 'come with an end to move to: --prob-end or --alpha-end');
  }
  if (probEnd === prob)
    refuse(['method', 'probEnd'], `differ from the probability at the start (--prob ${prob})`);
}
