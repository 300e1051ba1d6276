import type { MemoryAddon } from './addon.js';

/** A part of a segment, in use or free. */
export interface Block {
  readonly buffer: ArrayBuffer;
  readonly offset: number;
  readonly size: number;
}

// Sizes are multiples of a cache line, which keeps every block aligned.
const LINE = 64;
// Small blocks live in segments of their own, so that long-lived ones do not cut up the room for large ones.
const SMALL = 256 * 1024;
const SMALL_SEGMENT = 4 * 2 ** 20;
// Of addresses: the system gives memory to the pages that are written.
const LARGE_SEGMENT = 256 * 2 ** 20;
// A rest smaller than this stays with its block.
const LEAST_REST = 512;
// Allocations in which a peak counts; several steps of a large model.
const WINDOW = 4096;

class Part implements Block {
  readonly buffer: ArrayBuffer;
  offset: number;
  size: number;
  free = false;
  /** How much of a free part the system still backs with memory, as far as is known. */
  resident = 0;
  before: Part | undefined;
  after: Part | undefined;
  /** The neighbours in the list of free parts of about this size. */
  previous: Part | undefined;
  next: Part | undefined;

  constructor(buffer: ArrayBuffer, offset: number, size: number) {
    this.buffer = buffer;
    this.offset = offset;
    this.size = size;
  }
}

/**
 * Memory for tensors, cut from a few large segments: parts that are given back join with their free neighbours and are used again,
 * since fresh memory from the system costs several times what a kernel needs to fill it.
 *
 * Now and then, the pages of free parts go back to the system where what is held is more than twice what was in use at
 * the peak of late.
 */
export class Arena {
  readonly #addon: MemoryAddon;
  readonly #segments = new WeakSet<ArrayBufferLike>();
  readonly #small: FreeParts = new FreeParts();
  readonly #large: FreeParts = new FreeParts();
  #usedBytes = 0;
  #residentBytes = 0;
  // The peaks of use in the current and the last window of allocations.
  #peak = 0;
  #lastPeak = 0;
  #untilNextWindow = WINDOW;

  constructor(addon: MemoryAddon) {
    this.#addon = addon;
  }

  /** Bytes in use. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes that are free and still held. */
  get freeBytes(): number {
    return this.#residentBytes;
  }

  /** Whether a buffer is one of the segments. */
  owns(buffer: ArrayBufferLike): boolean {
    return this.#segments.has(buffer);
  }

  /**
   * At least `bytes`, aligned, with anything in them.
   *
   * @throws Error where the system has no memory left.
   */
  take(bytes: number): Block {
    const size = Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
    const parts = this.#partsFor(size);
    const part = parts.take(size) ?? this.#newSegment(size);
    this.#residentBytes -= part.resident;
    part.free = false;
    if (part.size - size >= LEAST_REST) this.#split(part, size, parts);
    this.#usedBytes += part.size;
    this.#watchPeak();
    return part;
  }

  /** Takes a block back that nobody reads any more. */
  give(block: Block): void {
    const part = block as Part;
    if (part.free) throw new Error('a block of memory was given back twice');
    this.#usedBytes -= part.size;
    this.#residentBytes += part.size;
    part.resident = part.size;
    // Segments hold parts of one kind only, but one alone may be of any size.
    const parts = part.buffer.byteLength === SMALL_SEGMENT ? this.#small : this.#large;
    parts.add(join(part, parts));
  }

  /** Gives the memory of all free parts back to the system. */
  release(): void {
    this.#trim(0);
  }

  #partsFor(size: number): FreeParts {
    return size < SMALL ? this.#small : this.#large;
  }

  #newSegment(size: number): Part {
    const wanted = size < SMALL ? SMALL_SEGMENT : Math.max(LARGE_SEGMENT, size);
    const buffer = this.#addon.allocate(wanted);
    this.#segments.add(buffer);
    return new Part(buffer, 0, wanted);
  }

  #split(part: Part, size: number, parts: FreeParts): void {
    const rest = new Part(part.buffer, part.offset + size, part.size - size);
    rest.resident = Math.max(0, part.resident - size);
    this.#residentBytes += rest.resident;
    rest.before = part;
    rest.after = part.after;
    if (part.after !== undefined) part.after.before = rest;
    part.after = rest;
    part.size = size;
    parts.add(rest);
  }

  #trim(allowed: number): void {
    for (const parts of [this.#large, this.#small]) {
      for (const part of parts.largestFirst()) {
        if (this.#usedBytes + this.#residentBytes <= allowed) return;
        if (part.resident === 0) continue;
        this.#addon.discard(new Uint8Array(part.buffer, part.offset, part.size), part.size);
        this.#residentBytes -= part.resident;
        part.resident = 0;
      }
    }
  }

  #watchPeak(): void {
    this.#peak = Math.max(this.#peak, this.#usedBytes);
    this.#untilNextWindow -= 1;
    if (this.#untilNextWindow > 0) return;
    this.#untilNextWindow = WINDOW;
    // Far apart, so that a program whose parts do not fit together neatly does not give back and take again all the time.
    const peak = Math.max(this.#peak, this.#lastPeak);
    if (this.#usedBytes + this.#residentBytes > 2 * peak + 64e6) this.#trim(1.25 * peak);
    this.#lastPeak = this.#peak;
    this.#peak = this.#usedBytes;
  }
}

// Makes one of a part and its free neighbours, which leave their lists.
function join(part: Part, parts: FreeParts): Part {
  const { before, after } = part;
  if (after?.free) {
    parts.remove(after);
    absorb(part, after);
  }
  if (!before?.free) return part;
  parts.remove(before);
  absorb(before, part);
  return before;
}

function absorb(part: Part, after: Part): void {
  part.size += after.size;
  part.resident += after.resident;
  part.after = after.after;
  if (after.after !== undefined) after.after.before = part;
}

// Four lists to a doubling of the size. Lists are short, and most requests find a part that fits to the byte.
class FreeParts {
  readonly #lists: (Part | undefined)[] = [];

  add(part: Part): void {
    const list = listOf(part.size);
    while (this.#lists.length <= list) this.#lists.push(undefined);
    const first = this.#lists[list];
    part.free = true;
    part.previous = undefined;
    part.next = first;
    if (first !== undefined) first.previous = part;
    this.#lists[list] = part;
  }

  remove(part: Part): void {
    if (part.next !== undefined) part.next.previous = part.previous;
    if (part.previous !== undefined) part.previous.next = part.next;
    else this.#lists[listOf(part.size)] = part.next;
    part.previous = undefined;
    part.next = undefined;
    part.free = false;
  }

  /** The smallest part of at least `size`, out of its list. */
  take(size: number): Part | undefined {
    for (let list = listOf(size); list < this.#lists.length; list++) {
      let best: Part | undefined;
      for (let part = this.#lists[list]; part !== undefined; part = part.next) {
        if (part.size >= size && (best === undefined || part.size < best.size)) best = part;
      }
      if (best === undefined) continue;
      this.remove(best);
      return best;
    }
    return undefined;
  }

  *largestFirst(): Generator<Part> {
    for (let list = this.#lists.length - 1; list >= 0; list--) {
      for (let part = this.#lists[list]; part !== undefined; part = part.next) yield part;
    }
  }
}

function listOf(size: number): number {
  return Math.floor(4 * Math.log2(size / LINE));
}
