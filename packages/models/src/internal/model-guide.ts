import { type Classifier, type DenseWeights, type Rng, restoreRng, stopGradient } from '@mix/core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { ModelGuide } from '../model.js';
import { inputGradientOf } from './input-gradient.js';
import type { RandomPart } from './model-state.js';
import type { ParameterStore } from './parameter-store.js';

/** The probes that are the same for all models. */
export function modelGuide({
  network,
  store,
  random,
  headName,
}: {
  readonly network: Pick<Classifier, 'forward' | 'variables'>;
  readonly store: ParameterStore;
  readonly random: Readonly<Record<string, RandomPart | undefined>>;
  readonly headName: string;
}): Pick<ModelGuide, 'inputGradient' | 'classifierWeights'> {
  const unchanged = <T>(run: () => T): T => {
    const parts = Object.values(random).filter((part) => part !== undefined);
    const streams = parts.map((part) => restoreRng(part.state()));
    try {
      return store.keepingBuffers(run);
    } finally {
      for (const [index, part] of parts.entries()) part.continueWith(streams[index] as Rng);
    }
  };
  const inputGradient = inputGradientOf(
    (images, training) => network.forward(images, { training }).logits,
    unchanged,
  );
  return {
    inputGradient: (images, labels, options) => {
      store.checkAlive('Guide.inputGradient');
      return inputGradient(images, labels, options);
    },
    classifierWeights: (): DenseWeights => {
      store.checkAlive('Guide.classifierWeights');
      return {
        kernel: stopGradient(network.variables[`${headName}.weight`] as Tensor as Tensor2D),
        bias: stopGradient(network.variables[`${headName}.bias`] as Tensor as Tensor1D),
      };
    },
  };
}
