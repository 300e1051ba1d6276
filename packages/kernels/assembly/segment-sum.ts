/** Adds each row of `x [rows, columns]` to the row of a zeroed target that `ids` names; others are left out. */
export function segmentSum(
  x: usize,
  ids: usize,
  target: usize,
  rows: i32,
  columns: i32,
  segments: i32,
): void {
  const vectors = columns & ~3;
  for (let r = 0; r < rows; r++) {
    const id = load<i32>(ids + ((<usize>r) << 2));
    if (id < 0 || id >= segments) {
      x += (<usize>columns) << 2;
      continue;
    }
    let place = target + <usize>id * ((<usize>columns) << 2);
    let c = 0;
    for (; c < vectors; c += 4) {
      v128.store(place, f32x4.add(v128.load(place), v128.load(x)));
      place += 16;
      x += 16;
    }
    for (; c < columns; c++) {
      store<f32>(place, load<f32>(place) + load<f32>(x));
      place += 4;
      x += 4;
    }
  }
}
