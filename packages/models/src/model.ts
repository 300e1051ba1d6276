import type { Guide } from '@mix/core';
import type { GuidedClassifier } from './guided-classifier.js';
import type { Weight } from './weight.js';

/** The probes of a model; which of the others there are depends on its kind. */
export type ModelGuide = Guide & Required<Pick<Guide, 'inputGradient' | 'features' | 'classifierWeights'>>;

/** A classifier that owns its weights. */
export interface Model extends GuidedClassifier {
  /**
   * What the model can tell a guided mixer; always of its present weights. Networks of stages have `forwardFrom`; transformers
   * with a class token have `attention` and `forwardWithAttention` instead, since their maps do not hold the class token.
   */
  readonly guide: ModelGuide;
  /**
   * Its parameters and buffers by PyTorch's names, one by one: how `loadState` and `saveState` reach them without a second copy of
   * all of them.
   */
  readonly weights: ReadonlyMap<string, Weight>;
  /** Frees every parameter and buffer; calling it again does nothing. The model cannot run afterwards. */
  dispose(): void;
}
