import { checkRange, invalidArgument } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { MaskRequest } from '../mask-generator.js';

const where = 'MaskGenerator';

/** Throws unless masks can be made of these features. */
export function checkFeatures(features: Tensor4D, channels: number): void {
  if (features.rank === 4 && features.shape[3] === channels && features.dtype === 'float32') return;
  throw invalidArgument(
    where,
    'features',
    `be float32 [B,h,w,${channels}]`,
    `${features.dtype} [${features.shape}]`,
    { code: 'SHAPE' },
  );
}

/** Throws unless masks can be made for this request of features `[B,h,w,C]`. */
export function checkRequest(
  [rows, ...positions]: readonly [count: number, height: number, width: number],
  { sources, lam, size }: MaskRequest,
): void {
  const count = sources[0]?.length ?? 0;
  if (count < 2 || sources.some((row) => row.length !== count)) {
    throw invalidArgument(
      where,
      'sources',
      'hold the same number of sources, at least 2, for each row',
      sources,
    );
  }
  if (
    sources.some((row) => row.some((source) => !(Number.isInteger(source) && source >= 0 && source < rows)))
  ) {
    throw invalidArgument(where, 'sources', `be rows of the features, 0 to ${rows - 1}`, sources);
  }
  if (lam.length !== sources.length || lam.some((row) => row.length !== count)) {
    throw invalidArgument(where, 'lam', `hold ${count} shares for each of ${sources.length} rows`, lam, {
      code: 'BATCH_SIZE',
    });
  }
  for (const share of lam.flat()) checkRange(where, 'lam', share, 0, 1);
  const smaller = size.some((side, axis) => side < (positions[axis] as number));
  if (smaller) {
    throw invalidArgument(where, 'size', `be at least that of the features, [${positions}]`, size, {
      code: 'SHAPE',
    });
  }
}
