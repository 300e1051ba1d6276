const workspace = new Int32Array(64);

/**
 * The inverse DCT of a dequantised 8x8 block in natural order, written to `out` from `at` on in rows of `stride`.
 * Loeffler, Ligtenberg and Moschytz 1989, in 13-bit fixed point with the roundings that the IJG's accurate integer
 * method has, so that the pixels are the same.
 */
export function inverseDct(block: Int32Array, out: Uint8Array, at: number, stride: number): void {
  for (let column = 0; column < 8; column++) transform(block, column, 8, 11);
  for (let row = 0; row < 8; row++) {
    transform(workspace, 8 * row, 1, 18);
    const from = at + row * stride;
    for (let x = 0; x < 8; x++) {
      const value = (workspace[8 * row + x] as number) + 128;
      out[from + x] = value < 0 ? 0 : Math.min(value, 255);
    }
  }
}

/** The same for a block with a DC alone. */
export function inverseDctOfDc(dc: number, out: Uint8Array, at: number, stride: number): void {
  const value = Math.min(255, Math.max(0, ((dc + 4) >> 3) + 128));
  for (let row = 0; row < 8; row++) out.fill(value, at + row * stride, at + row * stride + 8);
}

// Eight values of `input`, `step` apart, to the same places of the workspace.
function transform(input: Int32Array, at: number, step: number, shift: number): void {
  const i0 = input[at] as number;
  const i1 = input[at + step] as number;
  const i2 = input[at + 2 * step] as number;
  const i3 = input[at + 3 * step] as number;
  const i4 = input[at + 4 * step] as number;
  const i5 = input[at + 5 * step] as number;
  const i6 = input[at + 6 * step] as number;
  const i7 = input[at + 7 * step] as number;
  const half = 1 << (shift - 1);

  // Constants are cosines and their sums times 2^13: 0.541196100, 1.847759065, 0.765366865, 1.175875602, ...
  const turn = Math.imul(i2 + i6, 4433);
  const even2 = turn - Math.imul(i6, 15137);
  const even3 = turn + Math.imul(i2, 6270);
  const sum = ((i0 + i4) << 13) + half;
  const difference = ((i0 - i4) << 13) + half;
  const e0 = sum + even3;
  const e1 = difference + even2;
  const e2 = difference - even2;
  const e3 = sum - even3;

  const z5 = Math.imul(i7 + i3 + i5 + i1, 9633);
  const z1 = Math.imul(i7 + i1, -7373);
  const z2 = Math.imul(i5 + i3, -20995);
  const z3 = Math.imul(i7 + i3, -16069) + z5;
  const z4 = Math.imul(i5 + i1, -3196) + z5;
  const o0 = Math.imul(i7, 2446) + z1 + z3;
  const o1 = Math.imul(i5, 16819) + z2 + z4;
  const o2 = Math.imul(i3, 25172) + z2 + z3;
  const o3 = Math.imul(i1, 12299) + z1 + z4;

  workspace[at] = (e0 + o3) >> shift;
  workspace[at + step] = (e1 + o2) >> shift;
  workspace[at + 2 * step] = (e2 + o1) >> shift;
  workspace[at + 3 * step] = (e3 + o0) >> shift;
  workspace[at + 4 * step] = (e3 - o0) >> shift;
  workspace[at + 5 * step] = (e2 - o1) >> shift;
  workspace[at + 6 * step] = (e1 - o2) >> shift;
  workspace[at + 7 * step] = (e0 - o3) >> shift;
}
