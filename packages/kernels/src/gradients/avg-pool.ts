import {
  AvgPool,
  AvgPoolGrad,
  engine,
  mul,
  type Tensor,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { overrideGradient } from '../internal/override-gradient.js';
import { poolInfo, type WindowAttrs } from '../internal/window.js';

type PoolAttrs = WindowAttrs & { readonly filterSize: [number, number] | number };

/**
 * Gradient of avgPool that divides by the inputs really under the window, as its forward pass does:
 * `dy` is scaled by window/inputs first, because every backend's AvgPoolGrad divides by the whole window.
 */
export function registerAvgPoolGradient(): void {
  overrideGradient<PoolAttrs>(AvgPool, { inputsToSave: ['x'] }, () => (dy, saved, attrs) => {
    const [x] = saved as [Tensor4D];
    return { x: () => tidy(() => averagePoolGradient(dy, x, attrs)) };
  });
}

function averagePoolGradient(dy: Tensor, x: Tensor4D, attrs: PoolAttrs): Tensor {
  const { filterSize, strides, pad } = attrs;
  const info = poolInfo(x.shape, filterSize, attrs);
  const rows = inside(info.outHeight, info.strideHeight, info.padInfo.top, info.filterHeight, info.inHeight);
  const columns = inside(info.outWidth, info.strideWidth, info.padInfo.left, info.filterWidth, info.inWidth);
  const window = info.filterHeight * info.filterWidth;
  const factors = rows.flatMap((row) => columns.map((column) => window / (row * column)));
  const scaled = factors.every((factor) => factor === 1)
    ? dy
    : mul(dy, tensor(factors, [1, info.outHeight, info.outWidth, 1]));
  return engine().runKernel(AvgPoolGrad, { dy: scaled, input: x }, { filterSize, strides, pad } as never);
}

/** For each output, how many of its window's rows (or columns) lie inside the input. */
function inside(outputs: number, stride: number, padding: number, window: number, size: number): number[] {
  return Array.from({ length: outputs }, (_, o) => {
    const start = o * stride - padding;
    return Math.max(1, Math.min(start + window, size) - Math.max(start, 0));
  });
}
