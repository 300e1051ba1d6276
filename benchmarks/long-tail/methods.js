import { firstHalf, fromMixer, identity, softCrossEntropy } from '@mix/core';
import { classSampler, effectiveNumberWeights } from '@mix/data';
import {
  balancedSoftmax,
  bilateral,
  classWeighted,
  cmo,
  deferred,
  mixup,
  otherHalf,
  remix,
  twoBranch,
} from '@mix/handcrafted';
import { recipe } from '../trials/train-on-cifar.js';

const plain = () => fromMixer(identity);
const reweighted = (loss, counts) =>
  fromMixer(identity, { loss: classWeighted(loss, effectiveNumberWeights(counts)) });
const drawn = (exponent) => (labels) => classSampler(labels, { exponent });

/**
 * The methods compared, by name: the `method`, made of the number of images of each class and of epochs; the `sampler` of the batches,
 * or of a `second` stream beside the natural one; and how to `wrap` the network.
 */
export const methods = {
  plain: { method: plain },
  'square-root sampler': { method: plain, sampler: drawn(0.5) },
  'class-balanced sampler': { method: plain, sampler: drawn(1) },
  Mixup: { method: () => fromMixer(mixup()) },
  Remix: { method: ({ counts }) => fromMixer(remix(mixup(), { counts })) },
  CMO: { method: ({ epochs }) => fromMixer(cmo({ epochs })), second: drawn(1) },
  'BBN mix': { method: () => fromMixer(firstHalf(mixup({ pairing: otherHalf }))), second: drawn(2) },
  'bilateral (DBN-Mix)': {
    method: ({ counts }) => bilateral({ counts }),
    second: drawn(1),
    wrap: (network, rng) => twoBranch(network, { embedding: 4 * recipe.width, rng }),
  },
  DRW: {
    method: ({ counts }) => deferred(plain(), reweighted(softCrossEntropy, counts)),
  },
  'balanced softmax': {
    method: ({ counts }) => fromMixer(identity, { loss: balancedSoftmax(softCrossEntropy, counts) }),
  },
};
