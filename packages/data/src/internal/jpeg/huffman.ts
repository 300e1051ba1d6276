/** A Huffman code (ITU T.81, annex C) with a table for its short words. */
export type HuffmanTable = {
  readonly values: Uint8Array;
  /** By the next 8 bits: `length << 8 | value` of a code word of at most 8 bits, or 0. */
  readonly short: Uint16Array;
  /** By length: the largest code word, −1 where there is none. */
  readonly largest: Int32Array;
  /** By length: what to add to a code word for its place in `values`. */
  readonly shift: Int32Array;
};

/** Reads the code whose 16 counts begin at `at`; nothing if it is not a proper one that ends by `end`. */
export function buildHuffmanTable(bytes: Uint8Array, at: number, end: number): HuffmanTable | undefined {
  let total = 0;
  for (let length = 1; length <= 16; length++) total += bytes[at + length - 1] as number;
  if (total > 256 || at + 16 + total > end) return undefined;
  const values = bytes.slice(at + 16, at + 16 + total);
  const short = new Uint16Array(256);
  const largest = new Int32Array(17).fill(-1);
  const shift = new Int32Array(17);
  for (let length = 1, code = 0, place = 0; length <= 16; length++, code <<= 1) {
    const count = bytes[at + length - 1] as number;
    // No word may be all ones.
    if (count > 0 && code + count >= 1 << length) return undefined;
    shift[length] = place - code;
    for (let word = 0; word < count && length <= 8; word++) {
      const from = (code + word) << (8 - length);
      short.fill((length << 8) | (values[place + word] as number), from, from + (1 << (8 - length)));
    }
    code += count;
    place += count;
    if (count > 0) largest[length] = code - 1;
  }
  return { values, short, largest, shift };
}
