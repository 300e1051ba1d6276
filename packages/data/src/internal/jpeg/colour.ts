/** Decoded samples of one component; `height` and `width` are those that mean something, `stride` the row's length. */
export type Plane = {
  readonly samples: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly stride: number;
};

/** Doubles a plane's width by the triangle filter (¾, ¼), rounding as libjpeg's "fancy" upsampling does. */
export function doubleWidth({ samples, height, width, stride }: Plane): Plane {
  const out = new Uint8Array(2 * width * height);
  for (let y = 0; y < height; y++) {
    const row = y * stride;
    const to = 2 * y * width;
    for (let x = 0; x < width; x++) {
      const here = samples[row + x] as number;
      const left = samples[row + Math.max(x - 1, 0)] as number;
      const right = samples[row + Math.min(x + 1, width - 1)] as number;
      out[to + 2 * x] = (3 * here + left + 1) >> 2;
      out[to + 2 * x + 1] = (3 * here + right + 2) >> 2;
    }
  }
  return { samples: out, height, width: 2 * width, stride: 2 * width };
}

/** Doubles a plane's width and height by the triangle filter in both directions, rounded once, as libjpeg does. */
export function doubleSize({ samples, height, width, stride }: Plane): Plane {
  const out = new Uint8Array(4 * width * height);
  const sums = new Int32Array(width);
  for (let y = 0; y < 2 * height; y++) {
    const near = y >> 1;
    const far = Math.min(height - 1, Math.max(0, y % 2 === 0 ? near - 1 : near + 1));
    for (let x = 0; x < width; x++) {
      sums[x] = 3 * (samples[near * stride + x] as number) + (samples[far * stride + x] as number);
    }
    const to = 2 * y * width;
    for (let x = 0; x < width; x++) {
      const here = sums[x] as number;
      out[to + 2 * x] = (3 * here + (sums[Math.max(x - 1, 0)] as number) + 8) >> 4;
      out[to + 2 * x + 1] = (3 * here + (sums[Math.min(x + 1, width - 1)] as number) + 7) >> 4;
    }
  }
  return { samples: out, height: 2 * height, width: 2 * width, stride: 2 * width };
}

/** Writes the RGB of Y, Cb, Cr planes (JFIF: ITU-R BT.601, full range) in 16-bit fixed point. */
export function writeRgb(
  out: Uint8Array,
  height: number,
  width: number,
  planes: readonly [Plane, Plane, Plane],
): void {
  const [luma, blue, red] = planes;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const l = luma.samples[y * luma.stride + x] as number;
      const cb = (blue.samples[y * blue.stride + x] as number) - 128;
      const cr = (red.samples[y * red.stride + x] as number) - 128;
      // 1.402, 0.714136, 0.344136 and 1.772 times 2^16.
      const r = l + ((91881 * cr + 32768) >> 16);
      const g = l + ((32768 - 22554 * cb - 46802 * cr) >> 16);
      const b = l + ((116130 * cb + 32768) >> 16);
      out[at] = r < 0 ? 0 : Math.min(r, 255);
      out[at + 1] = g < 0 ? 0 : Math.min(g, 255);
      out[at + 2] = b < 0 ? 0 : Math.min(b, 255);
    }
  }
}

/** Writes a gray plane as RGB. */
export function writeGray(out: Uint8Array, height: number, width: number, { samples, stride }: Plane): void {
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) out.fill(samples[y * stride + x] as number, at, at + 3);
  }
}
