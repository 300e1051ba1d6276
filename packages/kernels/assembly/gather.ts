/** Copies runs of `bytes`, of which `indices` names those to take from each of `outer` groups of `size` runs. */
export function gatherRuns(
  x: usize,
  indices: usize,
  to: usize,
  outer: i32,
  size: i32,
  count: i32,
  bytes: usize,
): void {
  for (let o = 0; o < outer; o++, x += <usize>size * bytes) {
    for (let i = 0; i < count; i++, to += bytes) {
      const from = x + <usize>load<i32>(indices + ((<usize>i) << 2)) * bytes;
      if (bytes > 256) {
        memory.copy(to, from, bytes);
        continue;
      }
      for (let at: usize = 0; at < bytes; at += 4) store<i32>(to + at, load<i32>(from + at));
    }
  }
}
