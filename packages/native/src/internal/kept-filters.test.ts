import { describe, expect, it } from 'vitest';
import { Arena } from './arena.js';
import { type FilterUse, KeptFilters } from './kept-filters.js';

const COUNT = 1024;

function keptFilters(most = 2) {
  const arena = new Arena({
    allocate: (bytes: number) => new ArrayBuffer(bytes),
    discard: () => {},
  } as never);
  const filters = new KeptFilters(arena, most * COUNT * 4);
  /** What happens to a filter that is read `times` times: 'none', 'new' or 'kept' each. */
  const read = (dataId: object, times = 1, use: FilterUse = 'forward', shape = [3, 3, 4, 8]) =>
    Array.from({ length: times }, () => {
      const place = filters.place({ dataId, shape }, use, COUNT);
      if (place === undefined) return 'none';
      if (!place.isFilled) place.floats.fill(7);
      else expect(place.floats[COUNT - 1]).toBe(7);
      return place.isFilled ? 'kept' : 'new';
    });
  return { arena, filters, read };
}

describe('KeptFilters', () => {
  it('keeps nothing of filters that are read once', () => {
    const { arena, filters, read } = keptFilters();
    for (let step = 0; step < 5; step++) {
      const data = {};
      expect(read(data)).toEqual(['none']);
      expect(read(data, 1, 'inputGradient')).toEqual(['none']);
      filters.forget(data);
    }
    expect(arena.usedBytes).toBe(0);
  });

  it('keeps filters from their first reading once others of their kind were read again', () => {
    const { arena, filters, read } = keptFilters();
    const first = {};
    expect(read(first, 3)).toEqual(['none', 'new', 'kept']);
    filters.forget(first);
    expect(arena.usedBytes).toBe(0);
    const second = {};
    expect(read(second, 2)).toEqual(['new', 'kept']);
    expect(read(second, 1, 'inputGradient')).toEqual(['none']);
  });

  it('keeps the shapes of one data apart', () => {
    const { arena, filters, read } = keptFilters();
    const data = {};
    expect(read(data, 3)).toEqual(['none', 'new', 'kept']);
    expect(read(data, 3, 'forward', [3, 3, 8, 4])).toEqual(['none', 'new', 'kept']);
    filters.forget(data);
    expect(arena.usedBytes).toBe(0);
  });

  it('gives up when filters are not read again any more', () => {
    const { filters, read } = keptFilters();
    read({}, 2);
    const outcomes = Array.from({ length: 40 }, () => {
      const data = {};
      const [outcome] = read(data);
      filters.forget(data);
      return outcome;
    });
    expect(outcomes[0]).toBe('new');
    expect(outcomes.at(-1)).toBe('none');
  });

  it('makes room by filters that were read again, the oldest first, and never by those that wait for it', () => {
    const { arena, filters, read } = keptFilters(2);
    const [a, b, c, d] = [{}, {}, {}, {}];
    read(a, 3);
    expect(read(b)).toEqual(['new']);
    expect(read(c)).toEqual(['new']);
    expect(read(a)).toEqual(['none']);
    expect(read(d)).toEqual(['none']);
    expect(read(b)).toEqual(['kept']);
    expect(read(d)).toEqual(['new']);
    expect(arena.usedBytes).toBe(2 * COUNT * 4);
    filters.clear();
    expect(arena.usedBytes).toBe(0);
  });
});
