// Elements are four bytes wide. `layout` holds, for each axis of the target from the outermost, its size, its
// step in the source and its step in the target (bytes, i32), followed by room for as many counters.

/** Advances the counters of `layout`; answers the axis that moved, or -1 at the end. */
function advance(layout: usize, axes: i32): i32 {
  const counters = layout + <usize>(12 * axes);
  for (let axis = axes - 1; axis >= 0; axis--) {
    const place = counters + ((<usize>axis) << 2);
    const next = load<i32>(place) + 1;
    if (next < load<i32>(layout + ((<usize>axis) << 2))) {
      store<i32>(place, next);
      return axis;
    }
    store<i32>(place, 0);
  }
  return -1;
}

/** Where the counters point: the sum of counter times step. */
function offsetOf(layout: usize, axes: i32, steps: usize): usize {
  const counters = layout + <usize>(12 * axes);
  let offset: usize = 0;
  for (let axis = 0; axis < axes; axis++) {
    const at = (<usize>axis) << 2;
    offset += <usize>(load<i32>(counters + at) * load<i32>(steps + at));
  }
  return offset;
}

/** Copies runs of `bytes` contiguous bytes, over the axes of `layout`. */
export function copyRuns(source: usize, target: usize, layout: usize, axes: i32, bytes: usize): void {
  const fromSteps = layout + <usize>(4 * axes);
  const toSteps = layout + <usize>(8 * axes);
  do {
    const from = source + offsetOf(layout, axes, fromSteps);
    const to = target + offsetOf(layout, axes, toSteps);
    if (bytes > 1024) {
      memory.copy(to, from, bytes);
    } else {
      let at: usize = 0;
      for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(from + at));
      for (; at < bytes; at += 4) store<i32>(to + at, load<i32>(from + at));
    }
  } while (advance(layout, axes) >= 0);
}

/**
 * Transposes matrices over the axes of `layout`: `rows` are contiguous in the source and `toStep` apart in the
 * target, `columns` contiguous in the target and `fromStep` apart in the source.
 */
export function copyTransposed(
  source: usize,
  target: usize,
  layout: usize,
  axes: i32,
  rows: i32,
  toStep: usize,
  columns: i32,
  fromStep: usize,
): void {
  const fromSteps = layout + <usize>(4 * axes);
  const toSteps = layout + <usize>(8 * axes);
  do {
    transpose(
      source + offsetOf(layout, axes, fromSteps),
      target + offsetOf(layout, axes, toSteps),
      rows,
      toStep,
      columns,
      fromStep,
    );
  } while (advance(layout, axes) >= 0);
}

export function transpose(
  from: usize,
  to: usize,
  rows: i32,
  toStep: usize,
  columns: i32,
  fromStep: usize,
): void {
  const wholeRows = rows & ~3;
  const wholeColumns = columns & ~3;
  for (let r = 0; r < wholeRows; r += 4) {
    for (let c = 0; c < wholeColumns; c += 4) {
      transpose4x4(
        from + ((<usize>r) << 2) + <usize>c * fromStep,
        fromStep,
        to + <usize>r * toStep + ((<usize>c) << 2),
        toStep,
      );
    }
  }
  for (let r = 0; r < rows; r++) {
    for (let c = r < wholeRows ? wholeColumns : 0; c < columns; c++) {
      store<i32>(
        to + <usize>r * toStep + ((<usize>c) << 2),
        load<i32>(from + ((<usize>r) << 2) + <usize>c * fromStep),
      );
    }
  }
}

// @inline
function transpose4x4(from: usize, fromStep: usize, to: usize, toStep: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromStep);
  const c = v128.load(from + 2 * fromStep);
  const d = v128.load(from + 3 * fromStep);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i32>(ab, cd, 0, 1, 4, 5));
  v128.store(to + toStep, v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
  v128.store(to + 2 * toStep, v128.shuffle<i32>(abHigh, cdHigh, 0, 1, 4, 5));
  v128.store(to + 3 * toStep, v128.shuffle<i32>(abHigh, cdHigh, 2, 3, 6, 7));
}
