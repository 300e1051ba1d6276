import {
  checkBatch,
  checkChoice,
  checkInteger,
  checkRange,
  type Method,
  MixError,
  type NamedTensors,
  type State,
  shapeOf,
} from '@mix/core';
import { type AdautomixLossOptions, adautomixLosses } from './adautomix-losses.js';
import { stepMetrics } from './internal/step-metrics.js';
import { type AdautomixDraws, checkDraws, planAdautomix } from './plan-adautomix.js';

/** Options of {@link adautomix}. */
export interface AdautomixOptions extends AdautomixDraws, AdautomixLossOptions {
  /** The generator works against the teacher on every advInterval-th step, from the first on; at least 1. @defaultValue 2 */
  readonly advInterval?: number;
}

// Steps between two readings of the generator's count of bad calls, and how many are borne with.
const CHECK_EVERY = 50;
const BAD_CALLS = 10;

/**
 * AdAutoMix as a `Method`: a generator of masks for K images that on some steps raises the loss of a slow copy of the classifier, and on
 * the others lowers it, while the classifier learns from clean, plainly mixed and generated images.
 *
 * Groups: `generator`, and the mixup head in `classifier`. Per step: two passes of the teacher, one with a gradient to the images, and two
 * passes of the student, three for K ≥ 3. The published code makes K clean passes of the teacher more, which changes nothing but its running
 * statistics. `afterStep` moves the teacher.
 *
 * Deviations from the published code: the cosine term keeps the mix like its sources (`cosine: 'reference'` pushes them apart), and the
 * margin rule lets learned masks reach the classifier for K ≥ 3 (`compat: 'openmixup'` does not).
 *
 * Metrics: `lam`, `mixedAccuracy`, the losses `oneHot`, `plain` and `mix`; `teacherLoss`, `cosine` and, by kind of step, `adversarialLoss` or
 * `cooperativeLoss`; of the classifier's learned masks `maskMean` (the first source's share), `maskSpread`, `maskEntropy` and `maskError` (mean
 * distance of a source's share in an image from its λ); accuracies on the clean images by head, `student`, `studentMix`, `teacher` and
 * `teacherMix`.
 *
 * @returns A method that borrows network and generator; its state is theirs.
 * @throws MixError `INVALID_ARGUMENT` for options out of range; in `afterStep`, `NOT_FINITE` when the generator goes on giving numbers that
 *   are not finite.
 * @see Qin et al. 2024, https://arxiv.org/abs/2312.11954
 */
export function adautomix(options: AdautomixOptions): Method {
  checkOptions(options);
  const { network, generator, advInterval = 2 } = options;
  return {
    name: 'adautomix',
    groups: { classifier: network.headVariables, generator: generator.variables },
    step(classifier, batch, { rng, step }) {
      checkBatch('adautomix', batch);
      const plan = planAdautomix(shapeOf(batch), rng, options);
      const adversarial = step % advInterval === 0;
      const losses = adautomixLosses(classifier, batch, plan, adversarial, options);
      return {
        losses: {
          classifier: losses.classifier,
          ...(losses.generator && { generator: losses.generator.loss }),
        },
        metrics: stepMetrics(losses, batch.labels, plan, adversarial),
      };
    },
    afterStep(classifier, { step, totalSteps = 0 }) {
      network.update(classifier, step, totalSteps);
      if ((step + 1) % CHECK_EVERY === 0) checkGenerator(generator.badCalls());
    },
    state() {
      const [own, made] = [network.state(), generator.state()];
      return {
        tensors: { ...own.tensors, ...renamed(made.tensors, (name) => `generator.${name}`) },
        values: own.values,
      };
    },
    restore({ tensors, values }) {
      const [own, made] = split(tensors);
      generator.restore({ tensors: made, values: {} });
      network.restore({ tensors: own, values });
    },
  };
}

function checkOptions(options: AdautomixOptions): void {
  const { stage, beta = 0.3, cosine = 'preserve', lamMargin = 0.03, compat = 'none', weights = {} } = options;
  const { mixupRatio = 0.5, labelSmoothing = 0, advInterval = 2 } = options;
  checkDraws(options);
  checkInteger('adautomix', 'stage', stage, 1);
  checkInteger('adautomix', 'advInterval', advInterval, 1);
  checkRange('adautomix', 'beta', beta, 0, 1);
  checkChoice('adautomix', 'cosine', cosine, ['preserve', 'reference']);
  checkRange('adautomix', 'lamMargin', lamMargin, 0, 0.5);
  checkChoice('adautomix', 'compat', compat, ['none', 'openmixup', 'sumix']);
  checkRange('adautomix', 'mixupRatio', mixupRatio, 0, 1);
  checkRange('adautomix', 'labelSmoothing', labelSmoothing, 0, 1);
  for (const [name, weight] of Object.entries(weights)) {
    checkRange('adautomix', `weights.${name}`, weight, 0, Number.MAX_VALUE);
  }
}

function checkGenerator(badCalls: number): void {
  if (badCalls <= BAD_CALLS) return;
  throw new MixError(
    `adautomix: the generator's logits must be finite; got NaN or infinity in ${badCalls} calls. ` +
      "Lower the generator's learning rate or clip its gradients",
    { code: 'NOT_FINITE', argument: 'generator', received: badCalls },
  );
}

const PREFIX = 'generator.';

function renamed(tensors: NamedTensors, rename: (name: string) => string): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [rename(name), value]));
}

/** The network's part of a state, and the generator's by its own names. */
function split(tensors: State['tensors']): [own: NamedTensors, generator: NamedTensors] {
  const entries = Object.entries(tensors);
  const own = entries.filter(([name]) => !name.startsWith(PREFIX));
  const made = entries.filter(([name]) => name.startsWith(PREFIX));
  return [Object.fromEntries(own), renamed(Object.fromEntries(made), (name) => name.slice(PREFIX.length))];
}
