import { describe, expect, it } from 'vitest';
import { alternate, bestPeer, compareWithPeer } from './alternate.js';

/** A child that takes `secondsOf(call)` for each run and writes down when it is asked. */
function fakeChild(name, calls, secondsOf, refuses) {
  return {
    async ask({ op, count }) {
      if (refuses) throw new Error('it cannot\nsecond line');
      if (op === 'run') calls.push(name);
      return { seconds: count * secondsOf(calls.length), cpuSeconds: 0, loss: calls.length };
    },
    resetIdle: () => undefined,
    idleShare: () => 0,
    memory: () => ({ peakMiB: 2, residentMiB: 1 }),
  };
}

function runner(name, ...rest) {
  return { name, child: fakeChild(name, ...rest), request: { op: 'prepare' } };
}

const turns = { rounds: 3, warmUp: 1, turnSeconds: 1 };

describe('alternate', () => {
  it('begins each round with another side, one at a time', async () => {
    const calls = [];
    const runners = ['a', 'b', 'c'].map((name) => runner(name, calls, () => 1));
    const { a } = await alternate(runners, turns);
    expect(calls.join('')).toBe(`aabbcc${'abc'}${'bca'}${'cab'}`);
    expect(a).toMatchObject({ median: 1, count: 1, seconds: [1, 1, 1], peakMiB: 2, loss: [1, 14] });
  });

  it('runs as often in a turn as fills it', async () => {
    const { a } = await alternate([runner('a', [], () => 0.1)], turns);
    expect(a.count).toBe(10);
    expect(a.median).toBeCloseTo(0.1);
  });

  it('leaves out with the reason what cannot be prepared, and goes on', async () => {
    const runners = [runner('a', [], () => 1, true), runner('b', [], () => 1)];
    const results = await alternate(runners, turns);
    expect(results.a).toEqual({ leftOut: 'it cannot' });
    expect(results.b.median).toBe(1);
  });
  it('leaves out what fails on the way, and lets the others end', async () => {
    const fails = runner('a', [], (calls) => {
      if (calls === 4) throw new Error('it broke');
      return 1;
    });
    const results = await alternate([fails, runner('b', [], () => 1)], turns);
    expect(results.a).toEqual({ leftOut: 'in round 2: it broke' });
    expect(results.b.seconds).toEqual([1, 1, 1]);
  });
});

describe('compareWithPeer', () => {
  const results = {
    ours: { median: 2, seconds: [2, 1, 4] },
    slow: { median: 5, seconds: [5, 5, 5] },
    fast: { median: 4, seconds: [4, 4, 4] },
    none: { leftOut: 'absent' },
  };

  it('takes the faster peer, and compares round by round', () => {
    expect(bestPeer(results, ['slow', 'fast', 'none'])).toBe('fast');
    const { peer, results: compared } = compareWithPeer(results, ['slow', 'fast', 'none']);
    expect(peer).toBe('fast');
    expect(compared.ours.ratios).toEqual([2, 4, 1]);
    expect(compared.ours.speed).toEqual({ median: 2, low: 1, high: 4 });
    expect(compared.none).toEqual({ leftOut: 'absent' });
  });

  it('compares with nobody where no peer ran', () => {
    expect(compareWithPeer(results, ['none'])).toEqual({ peer: undefined, results });
  });
});
