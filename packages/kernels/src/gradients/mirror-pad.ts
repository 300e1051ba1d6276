import { add, MirrorPad, pad, reverse, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { overrideGradient } from '../internal/override-gradient.js';

interface MirrorAttrs {
  readonly paddings: readonly (readonly [number, number])[];
  readonly mode: 'reflect' | 'symmetric';
}

/** Gradient of mirrorPad: what was copied into the border flows back to where it was copied from. */
export function registerMirrorPadGradient(): void {
  overrideGradient<MirrorAttrs>(MirrorPad, { inputsToSave: ['x'] }, () => (dy, saved, attrs) => {
    const [x] = saved as [Tensor];
    return { x: () => tidy(() => mirrorPadGradient(dy, x.shape, attrs)) };
  });
}

function mirrorPadGradient(dy: Tensor, shape: readonly number[], { paddings, mode }: MirrorAttrs): Tensor {
  const skip = mode === 'reflect' ? 1 : 0;
  return paddings.reduce((gradient, [before, after], axis) => {
    const size = shape[axis] ?? 0;
    let sum = part(gradient, axis, before, size);
    if (before > 0) {
      const border = reverse(part(gradient, axis, 0, before), axis);
      sum = add(sum, placed(border, axis, skip, size - skip - before));
    }
    if (after > 0) {
      const border = reverse(part(gradient, axis, before + size, after), axis);
      sum = add(sum, placed(border, axis, size - skip - after, skip));
    }
    return sum;
  }, dy);
}

function part(gradient: Tensor, axis: number, begin: number, size: number): Tensor {
  const starts = gradient.shape.map((_, i) => (i === axis ? begin : 0));
  return slice(
    gradient,
    starts,
    gradient.shape.map((full, i) => (i === axis ? size : full)),
  );
}

function placed(border: Tensor, axis: number, before: number, after: number): Tensor {
  return pad(
    border,
    border.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0])),
  );
}
