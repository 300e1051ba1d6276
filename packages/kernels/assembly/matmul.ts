import { gemmPacked, packPanels } from './gemm';
import { transpose } from './strided-copy';

// Keeps a panel of B (16 KB) in the first-level cache while rows of A stream by.
const DEPTH_BLOCK: i32 = 512;
const ROW_BLOCK: i32 = 64;

/**
 * `C = A · B` for one pair of matrices, either of them stored transposed; `depth` is at least 1.
 * `scratch` takes what `matMulScratch` says.
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
  const bRow: usize = transposeB ? 4 : (<usize>columns) << 2;
  const bColumn: usize = transposeB ? (<usize>depth) << 2 : 4;
  const cRow = (<usize>columns) << 2;
  const block = scratch;
  const packed = scratch + ((<usize>(ROW_BLOCK * DEPTH_BLOCK)) << 2);
  packPanels(b, bRow, bColumn, depth, columns, packed);
  for (let k = 0; k < depth; k += DEPTH_BLOCK) {
    const depthCount = min(DEPTH_BLOCK, depth - k);
    for (let row = 0; row < rows; row += ROW_BLOCK) {
      const rowCount = min(ROW_BLOCK, rows - row);
      let from = a + ((<usize>(row * depth + k)) << 2);
      let aRow = (<usize>depth) << 2;
      if (transposeA) {
        // Columns a page apart would miss the caches: turn the block first.
        aRow = (<usize>depthCount) << 2;
        transpose(
          a + ((<usize>(k * rows + row)) << 2),
          block,
          rowCount,
          aRow,
          depthCount,
          (<usize>rows) << 2,
        );
        from = block;
      }
      gemmPacked(
        k === 0,
        rowCount,
        columns,
        depthCount,
        from,
        aRow,
        4,
        packed + ((<usize>k) << 5),
        (<usize>depth) << 5,
        c + <usize>row * cRow,
        cRow,
      );
    }
  }
}

/** Adds one row to every row of `y [rows, columns]`. */
export function addRow(y: usize, row: usize, rows: i32, columns: i32): void {
  const vectors = columns & ~3;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < vectors; c += 4) {
      const at = (<usize>c) << 2;
      v128.store(y + at, f32x4.add(v128.load(y + at), v128.load(row + at)));
    }
    for (let c = vectors; c < columns; c++) {
      const at = (<usize>c) << 2;
      store<f32>(y + at, load<f32>(y + at) + load<f32>(row + at));
    }
    y += (<usize>columns) << 2;
  }
}

/** Floats of scratch that `matMul` takes. */
export function matMulScratch(columns: i32, depth: i32): i32 {
  return ROW_BLOCK * DEPTH_BLOCK + depth * ((columns + 7) & ~7);
}
