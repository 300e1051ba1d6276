import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Arena, type Block } from './arena.js';

const MiB = 2 ** 20;

/** An arena over JavaScript's own memory; `limit` is what the system has. */
function arenaOf({ limit = Number.POSITIVE_INFINITY } = {}) {
  let mapped = 0;
  const addon = {
    allocate: vi.fn((bytes: number) => {
      if (mapped + bytes > limit) throw new Error(`no memory for ${bytes}`);
      mapped += bytes;
      return new ArrayBuffer(bytes);
    }),
    discard: vi.fn((_bytes: Uint8Array, _count: number) => {}),
  };
  return { arena: new Arena(addon as never), addon };
}

const overlap = (a: Block, b: Block): boolean =>
  a.buffer === b.buffer && a.offset < b.offset + b.size && b.offset < a.offset + a.size;

/** Sizes about the borders: nothing, a line, the least rest, small against large. */
const anySize = fc.oneof(
  fc.integer({ min: 0, max: 2000 }),
  fc.integer({ min: 0, max: 3 * MiB }),
  fc.constantFrom(64, 65, 512, 575, 576, 256 * 1024 - 1, 256 * 1024),
);

describe('Arena', () => {
  it('gives aligned blocks of the size asked for, of which no two overlap', () => {
    const steps = fc.array(fc.tuple(fc.nat(), fc.option(anySize)), { maxLength: 120 });
    fc.assert(
      fc.property(steps, (sequence) => {
        const { arena } = arenaOf();
        const live: Block[] = [];
        for (const [which, bytes] of sequence) {
          if (bytes === null) {
            for (const block of live.splice(which % (live.length + 1), 1)) arena.give(block);
            continue;
          }
          const taken = arena.take(bytes);
          expect(taken.offset % 64).toBe(0);
          expect(taken.size).toBeGreaterThanOrEqual(bytes);
          expect(taken.size).toBeLessThan(bytes + 64 + 512);
          expect(taken.offset + taken.size).toBeLessThanOrEqual(taken.buffer.byteLength);
          expect(live.some((other) => overlap(taken, other))).toBe(false);
          live.push(taken);
          expect(arena.usedBytes).toBe(live.reduce((sum, { size }) => sum + size, 0));
        }
        for (const block of live) arena.give(block);
        expect(arena.usedBytes).toBe(0);
        arena.release();
        expect(arena.freeBytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('joins what is given back, in any order, so that a large block fits again', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8, maxLength: 8 }), (order) => {
        const { arena, addon } = arenaOf();
        const blocks = order.map(() => arena.take(32 * MiB));
        for (const which of order) arena.give(blocks[which] as Block);
        arena.take(256 * MiB);
        expect(addon.allocate).toHaveBeenCalledTimes(1);
      }),
      { numRuns: 5 },
    );
  });

  it('asks for nothing more when a step repeats', () => {
    const { arena, addon } = arenaOf();
    const sizes = [5, 1, 9, 3, 3, 7, 0.1, 2, 0.01, 4].map((size) => size * MiB);
    const step = (): void => {
      const blocks = sizes.map((size) => arena.take(size));
      for (const block of blocks.reverse()) arena.give(block);
    };
    step();
    const calls = addon.allocate.mock.calls.length;
    for (let i = 0; i < 50; i++) step();
    expect(addon.allocate).toHaveBeenCalledTimes(calls);
    expect(addon.discard).not.toHaveBeenCalled();
  });

  it('gives memory back to the system once the peak of use has passed, and no earlier', () => {
    const { arena, addon } = arenaOf();
    const large = Array.from({ length: 50 }, () => arena.take(4 * MiB));
    for (const block of large) arena.give(block);
    expect(arena.freeBytes).toBe(200 * MiB);
    for (let i = 0; i < 4000; i++) arena.give(arena.take(10_000));
    expect(addon.discard).not.toHaveBeenCalled();
    for (let i = 0; i < 8300; i++) arena.give(arena.take(10_000));
    expect(arena.usedBytes + arena.freeBytes).toBeLessThan(17e6);
    const discarded = addon.discard.mock.calls.reduce((sum, [bytes]) => sum + bytes.length, 0);
    expect(discarded).toBeGreaterThan(180 * MiB);
  });

  it('discards only what is free', () => {
    const { arena, addon } = arenaOf();
    const blocks = Array.from({ length: 40 }, () => arena.take(MiB));
    const kept = blocks.filter((_, i) => i % 2 === 1);
    for (const block of blocks) if (!kept.includes(block)) arena.give(block);
    arena.release();
    expect(addon.discard).toHaveBeenCalled();
    for (const [bytes] of addon.discard.mock.calls) {
      const { buffer, byteOffset: offset, length: size } = bytes;
      expect(kept.some((block) => overlap(block, { buffer: buffer as ArrayBuffer, offset, size }))).toBe(
        false,
      );
    }
  });

  it('says that there is no memory, and goes on with what there is', () => {
    const { arena } = arenaOf({ limit: 300 * MiB });
    const block = arena.take(200 * MiB);
    expect(() => arena.take(100 * MiB)).toThrow('no memory');
    expect([arena.usedBytes, arena.freeBytes]).toEqual([200 * MiB, 0]);
    arena.give(block);
    expect(arena.take(256 * MiB).size).toBe(256 * MiB);
  });
});
