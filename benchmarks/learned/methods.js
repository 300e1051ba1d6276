import { adautomix } from '@mix/adautomix';
import { automix, samix } from '@mix/automix';
import { fromMixer, identity } from '@mix/core';
import { cutmix, mixup } from '@mix/handcrafted';
import { sumix } from '@mix/sumix';

const mixing = (mixer) => () => ({ method: fromMixer(mixer) });
const suMix =
  (compat) =>
  ({ rng, embeddingSize, numClasses }) => ({
    method: sumix(cutmix(), { compat, head: { embeddingSize, numClasses, rng: rng.fork('sumix') } }),
  });

/**
 * A method with a teacher and a generator of masks, which learns at `generatorRate` and is watched on held-out pairs; `adjusts`: its masks
 * can be rescaled to have λ as mean.
 */
function learned(create, options = {}, { generatorRate = 0.1, adjusts = true } = {}) {
  return ({ classifier, createTeacher, rng, imageShape }) => {
    const teacher = createTeacher();
    const method = create({ classifier, teacher, imageShape, rng, momentum: 'auto', ...options });
    return {
      method,
      generatorRate,
      heads: () => method.network.heads(classifier),
      // What the generator draws, also where the student would get plain Mixup, or masks that are rescaled.
      mixer: method.mixer({ lamMargin: 0, ...(adjusts && { maskAdjust: 0 }) }),
      ...(adjusts && { adjusted: method.mixer({ lamMargin: 0, maskAdjust: 1 }) }),
      dispose() {
        method.dispose();
        teacher.dispose();
      },
    };
  };
}

// Found by short trials, see README.md: λ of each pair reaches the mask, which is drawn from the last stage.
const lamPer = 'sample';
const maskLoss = { mode: 'L1+Variance', reduction: 'sample' };
const autoMix = {
  stage: 3,
  block: { lamConcat: 'all', upsampling: 'bilinear', initDeviation: 0.3 },
  lamPer,
  maskLoss,
};
const saMix = { stage: 3, block: { lamConcat: 'value', initDeviation: 0.3 }, lamPer, maskLoss };
const adAutoMix = { stage: 3, generator: { lamConcat: true, initDeviation: 0.3 }, lamPer };

/** What the main table compares, by name. Each takes what a run has, and gives its `method`, and what else is to be measured and freed. */
export const compared = {
  none: mixing(identity),
  Mixup: mixing(mixup()),
  'CutMix, alpha 0.2': mixing(cutmix({ alpha: 0.2 })),
  CutMix: mixing(cutmix()),
  'CutMix + SUMix': suMix('fixed'),
  AutoMix: learned(automix, autoMix),
  SAMix: learned(samix, saMix),
  AdAutoMix: learned(adautomix, adAutoMix, { adjusts: false }),
};

/** What decides defaults: variants of the methods, under the same budget. */
export const ablations = {
  'CutMix + SUMix, per-sample': suMix('per-sample'),
  'CutMix + SUMix, reference': suMix('reference'),
  'AdAutoMix, cosine of the reference': learned(
    adautomix,
    { ...adAutoMix, cosine: 'reference' },
    { adjusts: false },
  ),
  'AutoMix, published block': learned(automix),
  'AutoMix, masks rescaled to λ': learned(automix, { ...autoMix, maskAdjust: 1 }),
};

/** What a PyTorch version of AutoMix was measured with. */
const peer = {
  'AutoMix, as in PyTorch': learned(
    automix,
    { momentum: { base: 0.99, end: 0.9999 } },
    { generatorRate: 0.01 },
  ),
};

/** All of them. */
export const methods = { ...compared, ...ablations, ...peer };
