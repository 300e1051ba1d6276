import { alternate, compareWithPeer } from './alternate.js';
import { absence, sides, startSide } from './sides.js';

/**
 * Starts a process for each side, gives them to `work`, and ends them whatever happens.
 *
 * @returns What `work` gives.
 */
export async function withSides(names, { threads, python }, work) {
  const children = {};
  const absent = {};
  for (const name of names) {
    const reason = absence(name, python);
    if (reason === undefined) children[name] = startSide(name, { threads, python });
    else absent[name] = { leftOut: reason };
  }
  try {
    return await work(children, absent);
  } finally {
    await Promise.all(Object.values(children).map((child) => child.stop()));
  }
}

/**
 * One piece of work by all children in turns, compared with the better peer.
 *
 * @returns `{ peer, results }`; absent sides are among the results, with the reason.
 */
export async function measure(children, absent, request, turns) {
  const runners = Object.entries(children).map(([name, child]) => ({ name, child, request }));
  const results = await alternate(runners, turns);
  const peers = Object.keys(results).filter((name) => sides[name].peer);
  const compared = compareWithPeer(results, peers);
  return { ...compared, results: { ...compared.results, ...absent } };
}

/** A line for the terminal: medians, and speed over the peer. */
export function describeResults(label, { peer, results }) {
  const texts = Object.entries(results).map(([name, result]) => {
    if (result.leftOut !== undefined) return `${name} left out: ${result.leftOut}`;
    const ratio = name === peer || result.speed === undefined ? '' : ` (${result.speed.median.toFixed(2)}x)`;
    return `${name} ${milliseconds(result.median)} ms${ratio}`;
  });
  return `${label}: ${texts.join(', ')}`;
}

function milliseconds(seconds) {
  return Number((1000 * seconds).toPrecision(3));
}
