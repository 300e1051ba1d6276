import {
  type Classifier,
  checkChoice,
  checkInteger,
  checkRange,
  type ForwardOptions,
  type Intercept,
  invalidArgument,
  type Method,
} from '@mix/core';
import { type SpectrumAxes, type SpectrumPart, stopSpectrum } from './stop-spectrum.js';

/** When {@link paddles} stops learning what. Epoch e of n is `e / n`. */
export interface PaddlesSchedule {
  /** Progress up to which amplitudes are learned, in `[0,1]`. @defaultValue 19 / 200 */
  readonly amplitudeUntil?: number;
  /** Progress up to which phases are learned, from `amplitudeUntil` to 1. @defaultValue 30 / 200 */
  readonly phaseUntil?: number;
  /** Progress from which both are learned again, from `phaseUntil` on. @defaultValue never */
  readonly resumeFrom?: number;
}

/** Options of {@link paddles}. */
export interface PaddlesOptions extends PaddlesSchedule {
  /** The stage whose features are parted, 0 the input; the paper's comes before the last residual stage: 3 of a ResNet's 4. */
  readonly stage: number;
  /** `all` is what the published code does. @defaultValue 'spatial' */
  readonly axes?: SpectrumAxes;
}

/** The parts of the spectrum that are not learned at this progress. */
export function paddlesStops(
  progress: number,
  { amplitudeUntil = 19 / 200, phaseUntil = 30 / 200, resumeFrom = Infinity }: PaddlesSchedule = {},
): readonly SpectrumPart[] {
  if (progress < amplitudeUntil || progress >= resumeFrom) return [];
  return progress < phaseUntil ? ['amplitude'] : ['amplitude', 'phase'];
}

/**
 * PADDLES over any method: from `amplitudeUntil` on, what lies below a stage learns no more through the amplitude spectrum of its
 * features, from `phaseUntil` on no more at all, since wrong labels are learned through amplitudes first. Predictions are the same; only
 * gradients change. A method that acts on a stage itself may do so on this one alone.
 *
 * The published schedule goes on from there: once both are stopped, make the layers above the stage anew and train them with Adam
 * at 1e-4, for 7 and then 5 epochs, then train all on confident samples, chosen anew each epoch, see `confidentSamples`. Those are
 * runs of their own with other variables, optimisers and data, and no part of this.
 *
 * @param method What is trained, for instance `fromMixer(identity)`.
 * @returns A method with the state and the groups of `method`.
 * @example
 * ```ts
 * const method = paddles(fromMixer(mixup()), { stage: 3, amplitudeUntil: 18 / 300, phaseUntil: 30 / 300 });
 * ```
 * @see Huang et al. 2023, https://arxiv.org/abs/2212.03462
 */
export function paddles(method: Method, options: PaddlesOptions): Method {
  const { stage, axes = 'spatial', ...schedule } = options;
  const { amplitudeUntil = 19 / 200, phaseUntil = 30 / 200, resumeFrom } = schedule;
  checkInteger('paddles', 'stage', stage);
  checkChoice('paddles', 'axes', axes, ['spatial', 'all']);
  checkRange('paddles', 'amplitudeUntil', amplitudeUntil, 0, 1);
  checkRange('paddles', 'phaseUntil', phaseUntil, amplitudeUntil, 1);
  if (resumeFrom !== undefined) checkRange('paddles', 'resumeFrom', resumeFrom, phaseUntil, 1);
  return {
    name: `paddles(${method.name})`,
    groups: method.groups,
    step(classifier, batch, context) {
      const stop = paddlesStops(context.progress, schedule);
      if (stop.length === 0) return method.step(classifier, batch, context);
      const apply: Intercept['apply'] = (features) => stopSpectrum(features, { stop, axes });
      return method.step(intercepted(classifier, { stage, apply }), batch, context);
    },
    afterStep: (classifier, context) => method.afterStep?.(classifier, context),
    state: () => method.state(),
    restore: (state) => method.restore(state),
  };
}

// The same classifier, with something done to a stage whenever it is trained.
function intercepted(classifier: Classifier, { stage, apply }: Intercept): Classifier {
  const joined = ({ training, intercept: inner }: ForwardOptions): ForwardOptions => {
    if (!training) return { training, ...(inner && { intercept: inner }) };
    if (inner === undefined) return { training, intercept: { stage, apply } };
    if (inner.stage === stage) {
      return { training, intercept: { stage, apply: (features) => apply(inner.apply(features)) } };
    }
    throw invalidArgument('paddles', 'method', `act on no stage but ${stage}`, inner.stage, {
      code: 'UNSUPPORTED',
      remedy: 'Give both the same stage: a forward pass can change one.',
    });
  };
  return {
    forward: (images, options) => classifier.forward(images, joined(options)),
    variables: classifier.variables,
    numClasses: classifier.numClasses,
    state: () => classifier.state(),
    restore: (state) => classifier.restore(state),
  };
}
