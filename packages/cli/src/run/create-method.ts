import { byProgress, during, identity, type Method, type Mixer, perSample, withProb } from '@mix/core';
import { classCounts, datasetLabels, type ImageDataset } from '@mix/data';
import { deferred, paddles, type RowLoss } from '@mix/handcrafted';
import type { Config } from '../config/config-schema.js';
import { factoryOf } from '../factories/factory-of.js';
import { type LabelRuleContext, labelRules, type OwnedMethod } from '../factories/label-rules.js';
import type { Learned, NetworkContext } from '../factories/learned/learned.js';
import { balances, losses } from '../factories/losses.js';
import type { MixerContext } from '../factories/mixer-entry.js';
import { mixers } from '../factories/mixers.js';

/** The mixer of the section `method`, with its schedule. */
export function createMixer(
  { method, train }: Pick<Config, 'method' | 'train'>,
  context: MixerContext,
): Mixer {
  const { onEpoch, offEpoch } = method;
  const { keep = (mixer: Mixer) => mixer } = factoryOf(mixers, method.mixer);
  const mixer = withProbability(withAlpha(method, train.epochs, context), method, train.epochs);
  const from = onEpoch / train.epochs;
  const to = offEpoch > 0 ? Math.min(offEpoch / train.epochs, 1) : 1;
  return keep(from > 0 || to < 1 ? during(mixer, { from, to }) : mixer);
}

/** What training optimises. */
export interface CreatedMethod {
  readonly method: Method;
  /** What a method that learns its masks shows besides. */
  readonly learned?: Learned;
  /** Frees what the method owns, its teacher included. */
  dispose(): void;
}

/** Makes what training optimises, by the sections `method`, `labels` and `loss`. */
export function createMethod(
  config: Pick<Config, 'method' | 'labels' | 'loss' | 'train'>,
  dataset: ImageDataset,
  stepsPerEpoch: number,
  network: NetworkContext,
): CreatedMethod {
  const { labels, loss: section } = config;
  const numClasses = dataset.classes.length;
  // A class that does not occur counts as one image.
  const counts = (): number[] =>
    classCounts(datasetLabels(dataset), numClasses).map((count) => Math.max(count, 1));
  const plain = factoryOf(losses, section.name).create(section, counts);
  const { method: chosen, train } = config;
  const { mean, std } = train;
  const learned = factoryOf(mixers, chosen.mixer).learned?.(chosen, {
    ...{ numClasses, scale: { mean, std }, labelSmoothing: chosen.labelSmoothing },
    ...network,
  });
  if (learned !== undefined) {
    return { method: learned.method, learned, dispose: () => learned.dispose() };
  }
  const made: OwnedMethod[] = [];
  const make = (loss: RowLoss): Method => {
    const method = createWithLoss(config, loss, { counts, numClasses, stepsPerEpoch, network });
    made.push(method);
    return method;
  };
  const dispose = (): void => {
    for (const method of made) method.dispose?.();
  };
  const balanced =
    section.balance === 'none' ? make(plain) : make(balances[section.balance](plain, counts()));
  const { balanceFrom: from } = section;
  const method = from === undefined ? balanced : deferred(make(plain), balanced, { from });
  const { paddlesStage: stage, amplitudeUntil, phaseUntil } = labels;
  if (stage === undefined) return { method, dispose };
  const options = {
    stage,
    ...(amplitudeUntil !== undefined && { amplitudeUntil }),
    ...(phaseUntil !== undefined && { phaseUntil }),
  };
  return { method: paddles(method, options), dispose };
}

function createWithLoss(
  config: Pick<Config, 'method' | 'labels' | 'train'>,
  loss: RowLoss,
  known: Pick<LabelRuleContext, 'counts' | 'numClasses' | 'stepsPerEpoch' | 'network'>,
): OwnedMethod {
  const { method, labels, train } = config;
  const options = { loss, labelSmoothing: method.labelSmoothing };
  const context = { numClasses: known.numClasses, scale: { mean: train.mean, std: train.std } };
  const own = factoryOf(mixers, method.mixer).method;
  if (own !== undefined) return own(method, options, context);
  const mixer = createMixer(config, context);
  return factoryOf(labelRules, labels.rule).create(labels, {
    ...known,
    ...options,
    mixer,
    name: method.mixer,
  });
}

type MethodSection = Config['method'];

// Only mixers that draw from Beta(alpha, alpha) have both.
function withAlpha(method: MethodSection, epochs: number, context: MixerContext): Mixer {
  const { create } = factoryOf(mixers, method.mixer);
  const { alpha, alphaEnd } = method as { readonly alpha?: number; readonly alphaEnd?: number };
  if (alpha === undefined || alphaEnd === undefined) return create(method, context);
  return byProgress((progress) =>
    create({ ...method, alpha: moved(alpha, alphaEnd, ramp(progress, method, epochs)) }, context),
  );
}

function withProbability(mixer: Mixer, method: MethodSection, epochs: number): Mixer {
  const { prob, probEnd, probBy } = method;
  const at = (probability: number): Mixer =>
    probBy === 'batch'
      ? withProb(mixer, probability)
      : perSample([mixer, identity], { weights: [probability, 1 - probability] });
  if (probEnd !== undefined)
    return byProgress((progress) => at(moved(prob, probEnd, ramp(progress, method, epochs))));
  return prob < 1 ? at(prob) : mixer;
}

// How far the way from start to end is gone.
function ramp(progress: number, { rampEpochs }: MethodSection, epochs: number): number {
  return rampEpochs > 0 ? Math.min((progress * epochs) / rampEpochs, 1) : progress;
}

function moved(start: number, end: number, share: number): number {
  return start + (end - start) * share;
}
