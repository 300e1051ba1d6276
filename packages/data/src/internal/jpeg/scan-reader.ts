import type { HuffmanTable } from './huffman.js';
import { type Component, zigzag } from './markers.js';

/** Reads the blocks of a scan, bit by bit (ITU T.81, annex F). */
export class ScanReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;
  // Zero bits made up after the end of the scan; using one of them means that it was cut short.
  #made = 0;
  #bad = false;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Whether the scan ended where its blocks did, in an end-of-image marker, with nothing odd on the way. */
  get endedWell(): boolean {
    const left = this.#count - this.#made;
    const atEnd = this.#bytes[this.#at] === 0xff && this.#bytes[this.#at + 1] === 0xd9;
    return !this.#bad && atEnd && left >= 0 && left < 8;
  }

  /**
   * Reads a block into `block` (natural order, dequantised, zero beforehand).
   *
   * @returns The last coefficient's place in zigzag order, 0 when there is only the DC.
   */
  readBlock(block: Int32Array, { dc, ac, quantisation }: Component, previousDc: number): number {
    const size = this.#symbol(dc);
    if (size > 11) this.#bad = true;
    const value = previousDc + this.#signed(size & 15);
    block[0] = value;
    let last = 0;
    for (let k = 1; k < 64; k++) {
      const symbol = this.#symbol(ac);
      const bits = symbol & 15;
      if (bits === 0) {
        if (symbol !== 0xf0) {
          if (symbol !== 0) this.#bad = true;
          break;
        }
        k += 15;
        continue;
      }
      k += symbol >> 4;
      if (k > 63 || bits > 10) {
        this.#bad = true;
        break;
      }
      const place = zigzag[k] as number;
      block[place] = Math.imul(this.#signed(bits), quantisation[place] as number);
      last = k;
    }
    return last;
  }

  #fill(): void {
    const bytes = this.#bytes;
    while (this.#count <= 24) {
      let byte = bytes[this.#at] as number;
      if (byte !== 0xff) {
        if (this.#at >= bytes.length) {
          byte = 0;
          this.#made += 8;
        } else this.#at++;
      } else if (bytes[this.#at + 1] === 0) this.#at += 2;
      else {
        byte = 0;
        this.#made += 8;
      }
      this.#bits = (this.#bits << 8) | byte;
      this.#count += 8;
    }
  }

  #symbol(table: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const found = table.short[(this.#bits >>> (this.#count - 8)) & 255] as number;
    if (found !== 0) {
      this.#count -= found >> 8;
      return found & 255;
    }
    for (let length = 9; length <= 16; length++) {
      const code = (this.#bits >>> (this.#count - length)) & ((1 << length) - 1);
      if (code <= (table.largest[length] as number)) {
        this.#count -= length;
        return table.values[code + (table.shift[length] as number)] as number;
      }
    }
    this.#bad = true;
    this.#count -= 1;
    return 0;
  }

  #signed(size: number): number {
    if (size === 0) return 0;
    if (this.#count < size) this.#fill();
    this.#count -= size;
    const value = (this.#bits >>> this.#count) & ((1 << size) - 1);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }
}
