import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { catchDawnTicks } from './dawn-ticks.js';

// A proxy is for String() what Dawn's callbacks are: a native function without a name.
const native = (callback: () => void) => new Proxy(callback, {});
const { settle, release } = catchDawnTicks();
afterEach(() => nextTurn());

it('runs what Dawn gave to setImmediate at once, and only once', async () => {
  const tick = vi.fn();
  setImmediate(native(() => tick()));
  expect(tick).not.toHaveBeenCalled();
  expect(settle(() => tick.mock.calls.length > 0)).toBe(true);
  await nextTurn();
  expect(tick).toHaveBeenCalledOnce();
});

it('goes on as long as each turn asks for the next, and leaves the last to Node', async () => {
  let turns = 0;
  const again = (): void => {
    turns++;
    if (turns < 40) setImmediate(native(() => again()));
  };
  setImmediate(native(() => again()));
  expect(settle(() => turns >= 30)).toBe(true);
  expect(turns).toBe(30);
  while (turns < 40) await nextTurn();
  expect(settle(() => turns > 40)).toBe(false);
});

it('leaves it to its own time otherwise, whatever else waits', async () => {
  const calls: string[] = [];
  setImmediate(native(() => calls.push('first')));
  setImmediate(native(() => calls.push('second')));
  await nextTurn();
  expect(calls).toEqual(['first', 'second']);
});

it("touches nobody else's callbacks", async () => {
  const calls: unknown[][] = [];
  const named = (...given: unknown[]) => calls.push(given);
  setImmediate(named, 1, 2);
  setImmediate(named.bind(undefined, 3));
  clearImmediate(setImmediate(named, 4));
  expect(settle(() => false)).toBe(false);
  await nextTurn();
  expect(calls).toEqual([[1, 2], [3]]);
});

it('puts setImmediate back', () => {
  const caught = globalThis.setImmediate;
  release();
  expect(globalThis.setImmediate).not.toBe(caught);
  setImmediate(native(() => undefined));
  expect(settle(() => false)).toBe(false);
});
