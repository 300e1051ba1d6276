import { speedRatios, spread } from './statistics.js';

/** Runs in a turn at most. */
const MOST = 10_000;
/** Seconds of a first run from which one more must do as warm-up. */
const SLOW = 5;

/**
 * Lets the runners do the same work in turns, one at a time, each round beginning with another one.
 *
 * @param runners `{ name, child, request }`: the request that prepares the work in the child.
 * @param options `rounds`; a first run and `warmUp` more do not count; `turnSeconds`, how long a turn should last about.
 * @returns By name: what was measured, or `{ leftOut }` with the reason where the work cannot be prepared or run.
 */
export async function alternate(runners, { rounds, warmUp, turnSeconds }) {
  const results = {};
  const ready = [];
  for (const runner of runners) {
    try {
      const prepared = await runner.child.ask(runner.request);
      const first = await run(runner, 1);
      const more = first.seconds > SLOW ? 1 : warmUp;
      const once = (await run(runner, more)).seconds / more;
      const count = Math.max(1, Math.min(MOST, Math.round(turnSeconds / Math.max(once, 1e-6))));
      ready.push({ ...runner, prepared, firstLoss: first.loss, count, turns: [] });
    } catch (error) {
      results[runner.name] = { leftOut: firstSentence(error) };
    }
  }
  for (const { child } of ready) child.resetIdle();
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < ready.length; place++) {
      const runner = ready[(place + round) % ready.length];
      if (results[runner.name] !== undefined) continue;
      try {
        runner.turns.push(await run(runner, runner.count));
      } catch (error) {
        results[runner.name] = { leftOut: `in round ${round + 1}: ${firstSentence(error)}` };
      }
    }
  }
  for (const runner of ready) results[runner.name] ??= await summary(runner);
  return results;
}

function run({ child }, count) {
  return child.ask({ op: 'run', count });
}

async function summary({ child, prepared, firstLoss, count, turns }) {
  const idleShare = child.idleShare();
  const { cpuSeconds: _, ...report } = await child.ask({ op: 'report' });
  const seconds = turns.map((turn) => turn.seconds / count);
  const total = (key) => turns.reduce((sum, turn) => sum + turn[key], 0);
  const { cpuSeconds: __, ...about } = prepared;
  return {
    ...about,
    ...report,
    ...spread(seconds),
    seconds,
    count,
    // Processor time over wall time: the threads that really ran, or a share below them on a busy machine.
    cores: total('cpuSeconds') / total('seconds'),
    idleShare,
    ...child.memory(),
    ...(firstLoss !== undefined && { loss: [firstLoss, turns.at(-1).loss] }),
  };
}

/** The faster of the peers, by its median; undefined where none ran. */
export function bestPeer(results, peers) {
  const ran = peers.filter((name) => results[name]?.median !== undefined);
  return ran.sort((a, b) => results[a].median - results[b].median)[0];
}

/** Adds to every result the speed over the better peer: the median of the rounds' ratios, and the ratios. */
export function compareWithPeer(results, peers) {
  const peer = bestPeer(results, peers);
  if (peer === undefined) return { peer, results };
  const compared = Object.entries(results).map(([name, result]) => {
    if (result.median === undefined) return [name, result];
    const ratios = speedRatios(result.seconds, results[peer].seconds);
    return [name, { ...result, speed: spread(ratios), ratios }];
  });
  return { peer, results: Object.fromEntries(compared) };
}

function firstSentence(error) {
  return String(error.message).split('\n')[0].slice(0, 300);
}
