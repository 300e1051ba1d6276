type Size = readonly [number, number];

/** How a map falls into windows. */
export interface WindowPlan {
  /** Height and width of the map once it is padded at the bottom and right to whole windows. */
  readonly padded: Size;
  /** For every token, window by window and row by row in each, which of the padded map it is. */
  readonly order: Int32Array;
  /** For every token of the padded map, which it is window by window. */
  readonly inverse: Int32Array;
  /** `[windows,tokens,tokens]`: 0 where a token of a window may look at another, −100 where not; none where all may. */
  readonly mask: Float32Array | undefined;
}

// As published: the softmax makes nothing of it.
const HIDDEN = -100;

/**
 * Cuts a map into windows, after it is rolled up and left by `shift` where more than one window lies along a side. What a roll
 * brings together from opposite sides is masked.
 *
 * @see Liu et al. 2021, https://arxiv.org/abs/2103.14030, section 3.2 and Figure 4
 */
export function planWindows(size: Size, window: Size, shift: Size): WindowPlan {
  const sides = [0, 1].map((axis) =>
    planSide(size[axis] as number, window[axis] as number, shift[axis] as number),
  );
  const [rows, columns] = sides as [Side, Side];
  const count = rows.length * columns.length;
  const [order, inverse, regions] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  let at = 0;
  for (let windowTop = 0; windowTop < rows.length; windowTop += rows.window) {
    for (let windowLeft = 0; windowLeft < columns.length; windowLeft += columns.window) {
      for (let y = windowTop; y < windowTop + rows.window; y++) {
        for (let x = windowLeft; x < windowLeft + columns.window; x++) {
          const source = rows.source(y) * columns.length + columns.source(x);
          order[at] = source;
          inverse[source] = at;
          regions[at] = 3 * rows.region(y) + columns.region(x);
          at++;
        }
      }
    }
  }
  const shifted = rows.shift > 0 || columns.shift > 0;
  const mask = shifted ? maskOf(regions, rows.window * columns.window) : undefined;
  return { padded: [rows.length, columns.length], order, inverse, mask };
}

interface Side {
  readonly length: number;
  readonly window: number;
  readonly shift: number;
  /** Where the rolled map's `at`-th line comes from. */
  source(at: number): number;
  /** Lines of one region may look at each other. */
  region(at: number): number;
}

function planSide(size: number, window: number, wanted: number): Side {
  const length = Math.ceil(size / window) * window;
  const shift = window >= length ? 0 : wanted;
  return {
    length,
    window,
    shift,
    source: (at) => (at + shift) % length,
    region: (at) => (shift === 0 || at < length - window ? 0 : at < length - shift ? 1 : 2),
  };
}

function maskOf(regions: Int32Array, tokens: number): Float32Array {
  const mask = new Float32Array(regions.length * tokens);
  for (let row = 0; row < regions.length; row++) {
    const window = row - (row % tokens);
    for (let token = 0; token < tokens; token++) {
      mask[row * tokens + token] = regions[row] === regions[window + token] ? 0 : HIDDEN;
    }
  }
  return mask;
}
