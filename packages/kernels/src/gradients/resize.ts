import {
  engine,
  getBackend,
  matMul,
  ResizeBilinear,
  ResizeNearestNeighbor,
  reshape,
  type Tensor,
  type Tensor4D,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import { overrideGradient } from '../internal/override-gradient.js';

interface ResizeAttrs {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  readonly size: readonly [number, number];
}

/** The input rows (or columns) that one output row reads, with their weights. */
type Taps = (position: number, inSize: number) => readonly (readonly [number, number])[];

/**
 * Gradients of resizeBilinear and resizeNearestNeighbor. Resizing is linear and separable, `y = R_h·x·R_wᵀ`,
 * so that the gradient is `R_hᵀ·dy·R_w`: the same on every backend. (tfjs' own kernels ignore half-pixel
 * centers, and that of the CPU backend swaps height and width; those of the native backend are right, and are used.)
 */
export function registerResizeGradients(): void {
  register(ResizeBilinear, ({ halfPixelCenters }) => (halfPixelCenters ? centered : bilinear));
  register(ResizeNearestNeighbor, ({ alignCorners }) => (alignCorners ? nearestRounded : nearestFloored));
}

function register(kernelName: string, tapsOf: (attrs: ResizeAttrs) => Taps): void {
  overrideGradient<ResizeAttrs>(kernelName, { inputsToSave: ['images'] }, () => (dy, saved, attrs) => {
    const [images] = saved as [Tensor4D];
    if (getBackend() === 'native') {
      return { images: () => engine().runKernel(`${kernelName}Grad`, { dy, images }, { ...attrs } as never) };
    }
    return { images: () => resizeGradient(dy, images, attrs, tapsOf(attrs)) };
  });
}

const nearestFloored: Taps = (position, inSize) => [[Math.min(inSize - 1, Math.floor(position)), 1]];
const nearestRounded: Taps = (position, inSize) => [[Math.min(inSize - 1, Math.round(position)), 1]];

const centered: Taps = (position, inSize) => bilinear(Math.max(0, position - 0.5), inSize);

const bilinear: Taps = (at, inSize) => {
  const low = Math.min(inSize - 1, Math.floor(at));
  const high = Math.min(inSize - 1, Math.ceil(at));
  return [
    [low, 1 - (at - low)],
    [high, at - low],
  ];
};

function resizeGradient(dy: Tensor, images: Tensor4D, attrs: ResizeAttrs, taps: Taps): Tensor {
  const [batch, height, width, channels] = images.shape;
  const [outHeight, outWidth] = attrs.size;
  return tidy(() => {
    const down = gatherMatrix(height, outHeight, attrs, taps);
    const across = gatherMatrix(width, outWidth, attrs, taps);
    const rows = matMul(down, reshape(dy, [batch, outHeight, outWidth * channels]));
    const columns = matMul(across, reshape(rows, [batch * height, outWidth, channels]));
    return reshape(columns, images.shape);
  });
}

/** `Rᵀ` `[1, in, out]`: column o holds the weights with which output o reads the inputs. */
function gatherMatrix(inSize: number, outSize: number, attrs: ResizeAttrs, taps: Taps): Tensor {
  const shrink = attrs.alignCorners && outSize > 1 ? 1 : 0;
  const scale = (inSize - shrink) / (outSize - shrink);
  const weights = new Float32Array(inSize * outSize);
  for (let o = 0; o < outSize; o++) {
    for (const [i, weight] of taps(scale * (attrs.halfPixelCenters ? o + 0.5 : o), inSize)) {
      weights[i * outSize + o] = (weights[i * outSize + o] ?? 0) + weight;
    }
  }
  return tensor3d(weights, [1, inSize, outSize]);
}
