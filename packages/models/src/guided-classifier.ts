import type { Classifier, Guide } from '@mix/core';

/** A classifier that can guide a mixer. */
export interface GuidedClassifier extends Classifier {
  /** What it can tell; always of its present weights. */
  readonly guide: Guide & Required<Pick<Guide, 'inputGradient' | 'features'>>;
}
