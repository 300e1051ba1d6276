import { invalidArgument } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { MaskRequest } from '../mask-generator.js';

/** Throws unless masks can be made of these features for this request. */
export function checkRequest(
  features: Tensor4D,
  channels: number,
  { sources, lam, size }: MaskRequest,
): void {
  const where = 'MaskGenerator';
  if (features.rank !== 4 || features.shape[3] !== channels || features.dtype !== 'float32') {
    throw invalidArgument(
      where,
      'features',
      `be float32 [B,h,w,${channels}]`,
      `${features.dtype} [${features.shape}]`,
      {
        code: 'SHAPE',
      },
    );
  }
  const count = sources[0]?.length ?? 0;
  if (count < 2 || sources.some((row) => row.length !== count)) {
    throw invalidArgument(
      where,
      'sources',
      'hold the same number of sources, at least 2, for each row',
      sources,
    );
  }
  const rows = features.shape[0];
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
  const smaller = size.some((side, axis) => side < (features.shape[axis + 1] as number));
  if (smaller) {
    throw invalidArgument(
      where,
      'size',
      `be at least that of the features, [${features.shape.slice(1, 3)}]`,
      size,
      {
        code: 'SHAPE',
      },
    );
  }
}
