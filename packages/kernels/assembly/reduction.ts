import { addLanes } from './batch-norm';

const BLOCK_ROWS: i32 = 64;

/** `target[c] = scale · Σ x[r, c]`, in float64 between blocks. `scratch` takes `columns` doubles. */
export function sumRows(x: usize, rows: i32, columns: i32, target: usize, scratch: usize, scale: f64): void {
  memory.fill(scratch, 0, (<usize>columns) << 3);
  const row = (<usize>columns) << 2;
  const vectors = columns & ~3;
  for (let top = 0; top < rows; top += BLOCK_ROWS) {
    const count = min(BLOCK_ROWS, rows - top);
    for (let c = 0; c < vectors; c += 4) {
      let from = x + <usize>top * row + ((<usize>c) << 2);
      let sum = f32x4.splat(0);
      for (let r = 0; r < count; r++) {
        sum = f32x4.add(sum, v128.load(from));
        from += row;
      }
      addLanes(scratch + ((<usize>c) << 3), sum);
    }
    for (let c = vectors; c < columns; c++) {
      let from = x + <usize>top * row + ((<usize>c) << 2);
      let sum: f64 = 0;
      for (let r = 0; r < count; r++) {
        sum += <f64>load<f32>(from);
        from += row;
      }
      const wide = (<usize>c) << 3;
      store<f64>(scratch + wide, load<f64>(scratch + wide) + sum);
    }
  }
  for (let c = 0; c < columns; c++) {
    store<f32>(target + ((<usize>c) << 2), <f32>(load<f64>(scratch + ((<usize>c) << 3)) * scale));
  }
}

/** `target[r] = scale · Σ x[r, c]`. */
export function sumColumns(x: usize, rows: i32, columns: i32, target: usize, scale: f64): void {
  for (let r = 0; r < rows; r++) {
    let total: f64 = 0;
    let c = 0;
    for (; c + 16 <= columns; c += 16) {
      const left = f32x4.add(v128.load(x), v128.load(x, 16));
      const right = f32x4.add(v128.load(x, 32), v128.load(x, 48));
      const s = f32x4.add(left, right);
      total += <f64>(f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1));
      total += <f64>(f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
      x += 64;
    }
    for (; c < columns; c++) {
      total += <f64>load<f32>(x);
      x += 4;
    }
    store<f32>(target, <f32>(total * scale));
    target += 4;
  }
}
