import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { heapOf, withScratch } from './heap.js';
import { simdOf } from './simd.js';

/** One axis of a copy, with steps in elements. */
export interface CopyAxis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Copies four-byte elements over `axes`, the target's outermost first; the target is contiguous.
 *
 * @param source Where to read, in bytes into the heap; `target` likewise where to write.
 */
export function copyStrided(
  backend: BackendWasm,
  source: number,
  target: number,
  axes: readonly CopyAxis[],
): void {
  const kept = merged(axes.filter(({ size }) => size !== 1));
  const inner = kept.pop() ?? { size: 1, from: 1, to: 1 };
  const simd = simdOf(backend);
  if (inner.from === 1) {
    withLayout(backend, kept, (layout) => simd.copyRuns(source, target, layout, kept.length, 4 * inner.size));
    return;
  }
  const rowAxis = kept.findIndex(({ from }) => from === 1);
  const rows = kept[rowAxis];
  if (rows === undefined) {
    const all = [...kept, inner];
    withLayout(backend, all, (layout) => simd.copyRuns(source, target, layout, all.length, 4));
    return;
  }
  kept.splice(rowAxis, 1);
  withLayout(backend, kept, (layout) => {
    const matrix = [rows.size, 4 * rows.to, inner.size, 4 * inner.from];
    simd.copyTransposed(source, target, layout, kept.length, ...matrix);
  });
}

/** Joins neighbouring axes that one step describes on both sides. */
function merged(axes: readonly CopyAxis[]): CopyAxis[] {
  const joined: CopyAxis[] = [];
  for (const axis of axes) {
    const outer = joined.at(-1);
    if (outer?.from === axis.from * axis.size && outer.to === axis.to * axis.size) {
      joined[joined.length - 1] = { ...axis, size: outer.size * axis.size };
    } else {
      joined.push(axis);
    }
  }
  return joined;
}

function withLayout(backend: BackendWasm, axes: readonly CopyAxis[], use: (layout: number) => void): void {
  withScratch(backend, Math.max(1, 4 * axes.length), (layout) => {
    const words = new Int32Array(heapOf(backend).buffer, layout, 4 * axes.length);
    words.set([
      ...axes.map(({ size }) => size),
      ...axes.map(({ from }) => 4 * from),
      ...axes.map(({ to }) => 4 * to),
      ...axes.map(() => 0),
    ]);
    use(layout);
  });
}
