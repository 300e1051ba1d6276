// Boxes `[y1, x1, y2, x2)` of an image of `width` pixels of `depth` elements, and rectangles of a patch that show there.

/** Copies elements; runs are short. */
// @inline
function copy(from: usize, to: usize, count: i32): void {
  const vectors = count & ~3;
  let i = 0;
  for (; i < vectors; i += 4, from += 16, to += 16) v128.store(to, v128.load(from));
  for (; i < count; i++, from += 4, to += 4) store<f32>(to, load<f32>(from));
}

/** Copies a row of elements: the image without its box. */
export function copyImage(from: usize, to: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}

/** Fills the box with zeros. */
export function clearBox(to: usize, width: i32, depth: i32, y1: i32, x1: i32, y2: i32, x2: i32): void {
  for (let y = y1; y < y2; y++) {
    memory.fill(to + ((<usize>((y * width + x1) * depth)) << 2), 0, (<usize>((x2 - x1) * depth)) << 2);
  }
}

/** Shows a rectangle of the patch in the box, by nearest pixels. */
export function pasteBox(
  patch: usize,
  patchWidth: i32,
  fromY: i32,
  fromX: i32,
  fromHeight: i32,
  fromWidth: i32,
  to: usize,
  width: i32,
  depth: i32,
  y1: i32,
  x1: i32,
  y2: i32,
  x2: i32,
): void {
  for (let y = y1; y < y2; y++) {
    const line = fromY + ((y - y1) * fromHeight) / (y2 - y1);
    const from = patch + ((<usize>((line * patchWidth + fromX) * depth)) << 2);
    let into = to + ((<usize>((y * width + x1) * depth)) << 2);
    if (fromWidth === x2 - x1) {
      copy(from, into, fromWidth * depth);
      continue;
    }
    for (let x = 0; x < x2 - x1; x++, into += (<usize>depth) << 2) {
      copy(from + ((<usize>(((x * fromWidth) / (x2 - x1)) * depth)) << 2), into, depth);
    }
  }
}

/** Adds the gradient of a box to that of the patch. */
export function addBox(
  dPatch: usize,
  patchWidth: i32,
  fromY: i32,
  fromX: i32,
  fromHeight: i32,
  fromWidth: i32,
  dy: usize,
  width: i32,
  depth: i32,
  y1: i32,
  x1: i32,
  y2: i32,
  x2: i32,
): void {
  for (let y = y1; y < y2; y++) {
    const line = fromY + ((y - y1) * fromHeight) / (y2 - y1);
    for (let x = x1; x < x2; x++) {
      const column = fromX + ((x - x1) * fromWidth) / (x2 - x1);
      let to = dPatch + ((<usize>((line * patchWidth + column) * depth)) << 2);
      let from = dy + ((<usize>((y * width + x) * depth)) << 2);
      for (let c = 0; c < depth; c++, to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
    }
  }
}
