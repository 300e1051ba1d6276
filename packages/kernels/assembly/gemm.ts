import { madd } from './arithmetic';

// Strides are in bytes throughout. B is packed in panels of eight columns, padded with zeros.

export function packPanels(
  source: usize,
  rowStride: usize,
  columnStride: usize,
  rows: i32,
  columns: i32,
  target: usize,
): void {
  for (let column = 0; column < columns; column += 8) {
    const width = min(8, columns - column);
    let from = source + <usize>column * columnStride;
    for (let row = 0; row < rows; row++) {
      if (width === 8 && columnStride === 4) {
        v128.store(target, v128.load(from));
        v128.store(target, v128.load(from, 16), 16);
      } else {
        for (let j = 0; j < 8; j++) {
          store<f32>(target + (j << 2), j < width ? load<f32>(from + <usize>j * columnStride) : 0);
        }
      }
      from += rowStride;
      target += 32;
    }
  }
}

/** Writes, or adds when not `fresh`, the first `width` of eight sums. */
// @inline
function finish(c: usize, low: v128, high: v128, width: i32, fresh: bool): void {
  if (width >= 8) {
    v128.store(c, fresh ? low : f32x4.add(v128.load(c), low));
    v128.store(c, fresh ? high : f32x4.add(v128.load(c, 16), high), 16);
  } else {
    finishPart(c, low, high, width, fresh);
  }
}

function finishPart(c: usize, low: v128, high: v128, width: i32, fresh: bool): void {
  if (width >= 4) {
    v128.store(c, fresh ? low : f32x4.add(v128.load(c), low));
    c += 16;
    low = high;
    width -= 4;
  }
  if (width > 0) finishOne(c, f32x4.extract_lane(low, 0), fresh);
  if (width > 1) finishOne(c + 4, f32x4.extract_lane(low, 1), fresh);
  if (width > 2) finishOne(c + 8, f32x4.extract_lane(low, 2), fresh);
}

// @inline
function finishOne(c: usize, value: f32, fresh: bool): void {
  store<f32>(c, fresh ? value : load<f32>(c) + value);
}

function tile4x8(
  depth: i32,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  c: usize,
  cRow: usize,
  width: i32,
  fresh: bool,
): void {
  let p0 = f32x4.splat(0),
    p1 = p0,
    q0 = p0,
    q1 = p0,
    r0 = p0,
    r1 = p0,
    s0 = p0,
    s1 = p0;
  const end = b + ((<usize>depth) << 5);
  let aP = a,
    aQ = a + aRow,
    aR = aQ + aRow,
    aS = aR + aRow;
  while (b !== end) {
    const b0 = v128.load(b),
      b1 = v128.load(b, 16);
    let x = v128.load32_splat(aP);
    p0 = madd(p0, x, b0);
    p1 = madd(p1, x, b1);
    x = v128.load32_splat(aQ);
    q0 = madd(q0, x, b0);
    q1 = madd(q1, x, b1);
    x = v128.load32_splat(aR);
    r0 = madd(r0, x, b0);
    r1 = madd(r1, x, b1);
    x = v128.load32_splat(aS);
    s0 = madd(s0, x, b0);
    s1 = madd(s1, x, b1);
    aP += aColumn;
    aQ += aColumn;
    aR += aColumn;
    aS += aColumn;
    b += 32;
  }
  finish(c, p0, p1, width, fresh);
  finish(c + cRow, q0, q1, width, fresh);
  finish(c + 2 * cRow, r0, r1, width, fresh);
  finish(c + 3 * cRow, s0, s1, width, fresh);
}

function tile1x8(depth: i32, a: usize, aColumn: usize, b: usize, c: usize, width: i32, fresh: bool): void {
  let p0 = f32x4.splat(0),
    p1 = p0;
  const end = b + ((<usize>depth) << 5);
  while (b !== end) {
    const x = v128.load32_splat(a);
    p0 = madd(p0, x, v128.load(b));
    p1 = madd(p1, x, v128.load(b, 16));
    a += aColumn;
    b += 32;
  }
  finish(c, p0, p1, width, fresh);
}

/** `C[rows, columns] += A[rows, depth] · B` (`=` when `fresh`), with B as `packPanels` left it. */
export function gemmPacked(
  fresh: bool,
  rows: i32,
  columns: i32,
  depth: i32,
  a: usize,
  aRow: usize,
  aColumn: usize,
  packed: usize,
  panelStride: usize,
  c: usize,
  cRow: usize,
): void {
  for (let column = 0; column < columns; column += 8) {
    const width = columns - column;
    let row = 0;
    let aTile = a,
      cTile = c + ((<usize>column) << 2);
    for (; row + 4 <= rows; row += 4) {
      tile4x8(depth, aTile, aRow, aColumn, packed, cTile, cRow, width, fresh);
      aTile += 4 * aRow;
      cTile += 4 * cRow;
    }
    for (; row < rows; row++) {
      tile1x8(depth, aTile, aColumn, packed, cTile, width, fresh);
      aTile += aRow;
      cTile += cRow;
    }
    packed += panelStride;
  }
}
