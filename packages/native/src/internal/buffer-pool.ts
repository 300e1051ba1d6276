import type { Addon } from './addon.js';

// Below this, a buffer is not worth keeping: JavaScript's own memory is as fast.
const SMALLEST = 1024;

/**
 * Aligned buffers that are used again: fresh memory from the system costs several times what a kernel needs to fill it.
 *
 * What lies free is bounded by the peak of what was in use lately, so that a program that goes on with less gives memory back.
 */
export class BufferPool {
  readonly #addon: Addon;
  readonly #free = new Map<number, ArrayBuffer[]>();
  readonly #owned = new WeakSet<ArrayBufferLike>();
  #usedBytes = 0;
  #freeBytes = 0;
  // The peaks of use in the current and the last window of allocations.
  #peak = 0;
  #lastPeak = 0;
  #untilNextWindow = WINDOW;

  constructor(addon: Addon) {
    this.#addon = addon;
  }

  /** Bytes that tensors use, rounded up to the buffers' sizes. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes kept for the tensors to come. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** A buffer of at least `bytes`, with anything in it. */
  take(bytes: number): ArrayBuffer {
    if (bytes < SMALLEST) return new ArrayBuffer(bytes);
    const size = sizeClass(bytes);
    const kept = this.#free.get(size)?.pop();
    if (kept !== undefined) this.#freeBytes -= size;
    const buffer = kept ?? this.#allocate(size);
    this.#usedBytes += size;
    this.#watchPeak();
    return buffer;
  }

  /** Whether a buffer came from here and belongs to a tensor. */
  owns(buffer: ArrayBufferLike): boolean {
    return this.#owned.has(buffer);
  }

  /** Takes a buffer back that {@link take} gave and that nobody reads any more. */
  give(buffer: ArrayBufferLike): void {
    if (!this.#owned.has(buffer)) return;
    const size = buffer.byteLength;
    this.#usedBytes -= size;
    this.#keep(buffer as ArrayBuffer, size);
    this.#trim(Math.max(this.#peak, this.#lastPeak) * 1.25 + 16e6);
  }

  /** Gives all free memory back to the system. */
  release(): void {
    this.#trim(0);
  }

  #allocate(size: number): ArrayBuffer {
    let buffer: ArrayBuffer;
    try {
      buffer = this.#addon.allocate(size);
    } catch (error) {
      if (this.#freeBytes === 0) throw error;
      this.release();
      buffer = this.#addon.allocate(size);
    }
    this.#owned.add(buffer);
    return buffer;
  }

  #keep(buffer: ArrayBuffer, size: number): void {
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [buffer]);
    else list.push(buffer);
    this.#freeBytes += size;
  }

  // Size classes not asked for lately come first: taking from a class moves nothing, but an emptied one is dropped and comes back last.
  #trim(allowed: number): void {
    if (this.#usedBytes + this.#freeBytes <= allowed) return;
    for (const [size, list] of this.#free) {
      while (list.length > 0 && this.#usedBytes + this.#freeBytes > allowed) {
        const buffer = list.pop() as ArrayBuffer;
        this.#freeBytes -= size;
        this.#owned.delete(buffer);
        this.#addon.discard(new Uint8Array(buffer), size);
      }
      if (list.length === 0) this.#free.delete(size);
    }
  }

  #watchPeak(): void {
    this.#peak = Math.max(this.#peak, this.#usedBytes);
    this.#untilNextWindow -= 1;
    if (this.#untilNextWindow > 0) return;
    this.#untilNextWindow = WINDOW;
    this.#lastPeak = this.#peak;
    this.#peak = this.#usedBytes;
  }
}

// Allocations; several steps of a large model.
const WINDOW = 4096;

// Eight classes to a doubling: at most an eighth is wasted, and tensors of nearly one size share buffers.
function sizeClass(bytes: number): number {
  const unit = 2 ** Math.max(6, Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / unit) * unit;
}
