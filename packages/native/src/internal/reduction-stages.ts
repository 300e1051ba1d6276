/** Three axes, of which the middle one goes: outer, size and inner. */
export type Extents = readonly [outer: number, size: number, inner: number];

/**
 * The reductions of one axis each that together reduce `axes`: runs of neighbouring axes count as one, and the innermost
 * goes first. There is none where no axis with more than one element goes.
 */
export function reductionStages(shape: readonly number[], axes: readonly number[]): Extents[] {
  const stages: Extents[] = [];
  // Of the axes inside the one looked at: what of them stays.
  let inner = 1;
  let size = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number;
    if (axes.includes(axis)) {
      size *= length;
    } else if (length > 1) {
      if (size > 1) stages.push([product(shape.slice(0, axis + 1)), size, inner]);
      size = 1;
      inner *= length;
    }
  }
  if (size > 1) stages.push([1, size, inner]);
  return stages;
}

/** The axes before one, that one, and those after it. */
export function extentsOfAxis(shape: readonly number[], axis: number): Extents {
  return [product(shape.slice(0, axis)), shape[axis] ?? 1, product(shape.slice(axis + 1))];
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((size, length) => size * length, 1);
}
