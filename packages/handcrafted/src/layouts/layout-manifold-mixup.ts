import { type Layout, MixError } from '@mix/core';
import type { ManifoldMixupPlan } from '../manifold-mixup.js';

/**
 * Refuses a plan of Manifold Mixup: it mixes features, so that there is no mixed image for label maps, boxes or key points to
 * follow.
 *
 * @throws MixError `UNSUPPORTED`, always.
 */
export function layoutManifoldMixup({ method, stage }: ManifoldMixupPlan): Layout {
  throw new MixError(
    `layoutManifoldMixup: a plan of '${method}' mixes the features of stage ${stage}, so that no image shows where its sources lie. Mix images to let annotations follow: mixup() in place of manifoldMixup()`,
    { code: 'UNSUPPORTED', argument: 'plan.method', received: method },
  );
}
