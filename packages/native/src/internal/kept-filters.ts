import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Arena, Block } from './arena.js';

/** Which convolution reads a filter: the forward pass, or the input's gradient. */
export type FilterUse = 'forward' | 'inputGradient';

/** A place for a transformed filter. */
export interface KeptFilter {
  readonly floats: Float32Array;
  /** Whether the filter is there already. Otherwise the caller fills it, at once. */
  readonly isFilled: boolean;
}

interface Kept {
  readonly floats: Float32Array;
  readonly block: Block;
  readonly kind: string;
  reads: number;
}

/** More than the 3x3 filters of a ResNet-50 take. */
const MOST_BYTES = 192 * 2 ** 20;
// After how many filters kept for nothing a kind is not kept any more.
const PATIENCE = 16;

/**
 * Keeps filters as Winograd's algorithm transforms them, for networks that run several times between two updates of their weights: with
 * a momentum teacher, on clean and mixed images, in evaluation. Tensors never change, so that a filter is good until its data is freed.
 *
 * It learns from what happened whether filters of a size are used again; for plain training it keeps nothing.
 */
export class KeptFilters {
  readonly #arena: Arena;
  readonly #mostBytes: number;
  // By the filter's data and kind; the oldest come first. Reshaped tensors share their data: a kind names the shape.
  readonly #kept = new Map<object, Map<string, Kept>>();
  readonly #seen = new WeakMap<object, Set<string>>();
  readonly #patience = new Map<string, number>();
  #bytes = 0;

  constructor(arena: Arena, mostBytes = MOST_BYTES) {
    this.#arena = arena;
    this.#mostBytes = mostBytes;
  }

  /**
   * The place for a filter, or undefined where it is not worth one.
   *
   * @param filter Its data and its shape, on which the transformed filter depends.
   * @param count Floats of the transformed filter.
   */
  place(
    { dataId, shape }: Pick<TensorInfo, 'dataId' | 'shape'>,
    use: FilterUse,
    count: number,
  ): KeptFilter | undefined {
    const kind = `${use} ${shape.join('x')}`;
    const kept = this.#kept.get(dataId)?.get(kind);
    if (kept !== undefined) {
      kept.reads += 1;
      this.#patience.set(kind, PATIENCE);
      return { floats: kept.floats, isFilled: true };
    }
    if (this.#sees(dataId, kind)) this.#patience.set(kind, PATIENCE);
    if ((this.#patience.get(kind) ?? 0) <= 0 || !this.#makeRoom(count * 4)) return undefined;
    const block = this.#arena.take(count * 4);
    const floats = new Float32Array(block.buffer, block.offset, count);
    const uses = this.#kept.get(dataId) ?? new Map<string, Kept>();
    this.#kept.set(dataId, uses.set(kind, { floats, block, kind, reads: 0 }));
    this.#bytes += count * 4;
    return { floats, isFilled: false };
  }

  /** Frees what is kept of a tensor's data, which is gone. */
  forget(dataId: object): void {
    const uses = this.#kept.get(dataId);
    if (uses === undefined) return;
    this.#kept.delete(dataId);
    for (const kept of uses.values()) {
      if (kept.reads === 0) this.#patience.set(kept.kind, (this.#patience.get(kept.kind) ?? 0) - 1);
      this.#free(kept);
    }
  }

  /** Frees all. */
  clear(): void {
    for (const dataId of [...this.#kept.keys()]) this.forget(dataId);
  }

  // Whether it was asked for before; from now on it was.
  #sees(dataId: object, kind: string): boolean {
    const uses = this.#seen.get(dataId);
    if (uses?.has(kind)) return true;
    this.#seen.set(dataId, (uses ?? new Set<string>()).add(kind));
    return false;
  }

  // Filters that were read again make room, the oldest first; those that wait for their second use stay.
  #makeRoom(bytes: number): boolean {
    for (const [dataId, uses] of this.#kept) {
      if (this.#bytes + bytes <= this.#mostBytes) return true;
      for (const [kind, kept] of uses) {
        if (kept.reads === 0) continue;
        uses.delete(kind);
        this.#free(kept);
      }
      if (uses.size === 0) this.#kept.delete(dataId);
    }
    return this.#bytes + bytes <= this.#mostBytes;
  }

  #free({ block, floats }: Kept): void {
    this.#bytes -= floats.byteLength;
    this.#arena.give(block);
  }
}
