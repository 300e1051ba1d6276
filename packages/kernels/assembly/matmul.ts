import { gemmPacked, packPanels } from './gemm';

// Keeps a panel of B (16 KB) in the first-level cache while rows of A stream by.
const DEPTH_BLOCK: i32 = 512;
const ROW_BLOCK: i32 = 64;

/**
 * `C = A · B` for one pair of matrices, either of them stored transposed; `depth` is at least 1.
 * `scratch` takes `depth · ceil(columns / 8) · 8` floats.
 */
export function matMul(
  a: usize,
  b: usize,
  c: usize,
  scratch: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  transposeA: bool,
  transposeB: bool,
): void {
  const aRow: usize = transposeA ? 4 : (<usize>depth) << 2;
  const aColumn: usize = transposeA ? (<usize>rows) << 2 : 4;
  const bRow: usize = transposeB ? 4 : (<usize>columns) << 2;
  const bColumn: usize = transposeB ? (<usize>depth) << 2 : 4;
  const cRow = (<usize>columns) << 2;
  packPanels(b, bRow, bColumn, depth, columns, scratch);
  const panelStride = (<usize>depth) << 5;
  for (let k = 0; k < depth; k += DEPTH_BLOCK) {
    const kCount = min(DEPTH_BLOCK, depth - k);
    const panels = scratch + ((<usize>k) << 5);
    for (let row = 0; row < rows; row += ROW_BLOCK) {
      gemmPacked(
        k === 0,
        min(ROW_BLOCK, rows - row),
        columns,
        kCount,
        a + <usize>row * aRow + <usize>k * aColumn,
        aRow,
        aColumn,
        panels,
        panelStride,
        c + <usize>row * cRow,
        cRow,
      );
    }
  }
}
