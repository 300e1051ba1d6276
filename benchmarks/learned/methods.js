import { adautomix } from '@mix/adautomix';
import { automix, samix } from '@mix/automix';
import { fromMixer, identity } from '@mix/core';
import { cutmix, mixup } from '@mix/handcrafted';
import { sumix } from '@mix/sumix';

const mixing = (mixer) => () => ({ method: fromMixer(mixer) });
const suMix = ({ rng, embeddingSize, numClasses }) => ({
  method: sumix(cutmix(), { gamma: 0.5, head: { embeddingSize, numClasses, rng: rng.fork('sumix') } }),
});

/** A method with a teacher and a generator of masks, which is watched on held-out pairs. */
function learned(create, options = {}) {
  return ({ classifier, createTeacher, rng, imageShape }) => {
    const teacher = createTeacher();
    const method = create({ classifier, teacher, imageShape, rng, momentum: 'auto', ...options });
    return {
      method,
      heads: () => method.network.heads(classifier),
      mixer: method.mixer(),
      dispose() {
        method.dispose();
        teacher.dispose();
      },
    };
  };
}

/** The methods compared, by name. Each takes what a run has, and gives its `method`, and what else is to be measured and freed. */
export const methods = {
  none: mixing(identity),
  Mixup: mixing(mixup()),
  'CutMix, alpha 0.2': mixing(cutmix({ alpha: 0.2 })),
  CutMix: mixing(cutmix()),
  'CutMix + SUMix': suMix,
  AutoMix: learned(automix),
  SAMix: learned(samix),
  AdAutoMix: learned(adautomix),
};
