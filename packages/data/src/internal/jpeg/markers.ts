import { buildHuffmanTable, type HuffmanTable } from './huffman.js';

/** One colour component of a frame. */
export type Component = {
  readonly id: number;
  /** Samples per MCU, across and down, in blocks. */
  readonly across: number;
  readonly down: number;
  /** Quantisation steps in natural order. */
  readonly quantisation: Int32Array;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
};

/** All that is needed to decode the one scan of a baseline JPEG. */
export type Frame = {
  readonly height: number;
  readonly width: number;
  readonly components: readonly Component[];
  /** Where the entropy-coded bytes begin. */
  readonly scanAt: number;
};

/** Natural position of the k-th coefficient in zigzag order. */
export const zigzag: Uint8Array = Uint8Array.from(
  Array.from({ length: 64 }, (_, position) => position).sort((a, b) => {
    const [diagonalA, diagonalB] = [(a >> 3) + (a & 7), (b >> 3) + (b & 7)];
    if (diagonalA !== diagonalB) return diagonalA - diagonalB;
    return diagonalA % 2 === 0 ? b - a : a - b;
  }),
);

type Declared = { id: number; across: number; down: number; table: number };

/**
 * Reads the markers of a JPEG (ITU T.81, annex B). Gives nothing for whatever is not an 8-bit baseline file of one scan
 * in gray or YCbCr without colour profile and restarts, and for anything odd: such files go to the full decoder.
 */
export function parseJpeg(bytes: Uint8Array): Frame | undefined {
  const word = (at: number) => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  const quantisation: Int32Array[] = [];
  const dc: HuffmanTable[] = [];
  const ac: HuffmanTable[] = [];
  let size: { readonly height: number; readonly width: number } | undefined;
  let declared: Declared[] = [];
  let isJfif = false;
  if (word(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = word(at);
    const end = at + 2 + word(at + 2);
    at += 4;
    if (end > bytes.length) return undefined;
    if (marker === 0xffdb) {
      while (at < end) {
        const head = bytes[at++] as number;
        if (head > 3 || at + 64 > end) return undefined;
        const steps = new Int32Array(64);
        for (let k = 0; k < 64; k++) steps[zigzag[k] as number] = bytes[at++] as number;
        quantisation[head] = steps;
      }
    } else if (marker === 0xffc4) {
      while (at < end) {
        const head = bytes[at++] as number;
        const table = (head & 0xef) > 3 ? undefined : buildHuffmanTable(bytes, at, end);
        if (table === undefined) return undefined;
        if (head < 16 && table.values.some((value) => value > 11)) return undefined;
        (head < 16 ? dc : ac)[head & 15] = table;
        at += 16 + table.values.length;
      }
    } else if (marker === 0xffc0) {
      const count = bytes[at + 5] as number;
      if (bytes[at] !== 8 || size !== undefined || (count !== 1 && count !== 3)) return undefined;
      size = { height: word(at + 1), width: word(at + 3) };
      declared = Array.from({ length: count }, (_, index) => {
        const spec = at + 6 + 3 * index;
        const factors = bytes[spec + 1] as number;
        const [id, table] = [bytes[spec] as number, bytes[spec + 2] as number];
        return { id, across: factors >> 4, down: factors & 15, table };
      });
    } else if (marker === 0xffda) {
      const layoutIsPlain =
        bytes[at] === declared.length &&
        bytes[end - 3] === 0 &&
        bytes[end - 2] === 63 &&
        bytes[end - 1] === 0 &&
        end === at + 4 + 2 * declared.length;
      if (!layoutIsPlain || size === undefined || !isSupported(declared, isJfif)) return undefined;
      const components = declared.map(({ id, across, down, table }, index) => {
        const tables = bytes[at + 2 + 2 * index] as number;
        const steps = quantisation[table];
        const [dcTable, acTable] = [dc[tables >> 4], ac[tables & 15]];
        const known = bytes[at + 1 + 2 * index] === id && steps && dcTable && acTable;
        return known ? { id, across, down, quantisation: steps, dc: dcTable, ac: acTable } : undefined;
      });
      if (components.some((component) => component === undefined)) return undefined;
      return { ...size, components: components as Component[], scanAt: end };
    } else if (marker === 0xffe0) {
      // "JF", and revision 1 of it.
      if (word(at) !== 0x4a46 || bytes[at + 5] !== 1) return undefined;
      isJfif = true;
    } else if (!isHarmless(marker)) return undefined;
    at = end;
  }
  return undefined;
}

// Comments and application data, but for APP2 (colour profiles) and APP14 (Adobe's colour transforms).
function isHarmless(marker: number): boolean {
  return marker === 0xfffe || (marker > 0xffe0 && marker <= 0xffef && marker !== 0xffe2 && marker !== 0xffee);
}

function isSupported(declared: readonly Declared[], isJfif: boolean): boolean {
  const [luma, ...chroma] = declared as [Declared, ...Declared[]];
  if (chroma.length === 0) return luma.across === 1 && luma.down === 1;
  const named = isJfif || declared.every(({ id }, index) => id === index + 1);
  const sampled = `${luma.across}x${luma.down}`;
  return (
    named &&
    (sampled === '1x1' || sampled === '2x1' || sampled === '2x2') &&
    chroma.every(({ across, down }) => across === 1 && down === 1)
  );
}
