import { sides } from '../harness/sides.js';
import { workloads } from '../workloads/workloads.js';
import { markdownTable, milliseconds, percent, times } from './markdown.js';

const header = [
  'step',
  'side',
  'ms a step, median (least to greatest)',
  'images/s',
  'GFLOPS',
  'memory at most, at the end, MiB',
  'speed over PyTorch',
];

/** Tables of the steps, one for each thread count, and what is to be said of them. */
export function stepsTables({ rows, peak, baseline }) {
  const counts = [...new Set(rows.map(({ threads }) => threads))];
  const tables = counts.map((threads) => {
    const of = rows.filter((row) => row.threads === threads);
    const best = peak?.[threads];
    const cells = of.flatMap((row) => rowsOfStep(row, best));
    return `**${plural(threads, 'thread')}**${describePeak(best)}\n\n${markdownTable(header, cells)}`;
  });
  return [...tables, ...notes(rows, baseline)].join('\n\n');
}

/** `1 thread`, `2 threads`. */
export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function describePeak(best) {
  if (best === undefined) return '';
  const { gflops, gigabytesPerSecond } = best;
  return `; the machine's peak is ${gflops.toFixed(0)} GFLOPS, and ${gigabytesPerSecond.toFixed(0)} GB/s of memory`;
}

function rowsOfStep({ model, batch, flops, peer, results }, best) {
  return measured(results).map(([name, result], index) => {
    const rate = flops / result.median / 1e9;
    return [
      index === 0 ? `${workloads[model].label}, batch ${batch}` : '',
      sides[name].label,
      `${milliseconds(result.median)} (${milliseconds(result.low)} to ${milliseconds(result.high)})`,
      (batch / result.median).toFixed(0),
      `${rate.toFixed(0)}${best === undefined ? '' : ` (${percent(rate / best.gflops)} of the peak)`}`,
      `${result.peakMiB}, ${result.residentMiB}`,
      name === peer ? 'the peer' : times(result.speed?.median),
    ];
  });
}

/** Results of sides that ran, by name. */
export function measured(results) {
  return Object.entries(results).filter(([, { median }]) => median !== undefined);
}

/** What did not run: a line for each side and reason, with what it concerns. */
export function leftOut(rows, labelOf) {
  const concerned = new Map();
  for (const row of rows) {
    for (const [name, { leftOut: reason }] of Object.entries(row.results)) {
      if (reason === undefined) continue;
      const labels = concerned.get(`${name}\n${reason}`) ?? new Set();
      concerned.set(`${name}\n${reason}`, labels.add(labelOf(row)));
    }
  }
  return [...concerned].map(([key, labels]) => {
    const [name, reason] = key.split('\n');
    const what = labels.size === new Set(rows.map(labelOf)).size ? 'all' : [...labels].join('; ');
    return `${sides[name].label}, left out of ${what}: ${reason}`;
  });
}

function notes(rows, baseline) {
  const lines = [
    ...leftOut(rows, ({ model }) => workloads[model].label),
    ...Object.entries(baseline).map(describeBaseline),
    ...rows.flatMap(describeFallbacks),
    ...rows.flatMap(describeLosses),
    ...describeIdle(rows),
  ];
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}.`).join('\n')];
}

function describeBaseline([name, { model, batch, failed, seconds, extrapolated }]) {
  const what = `${sides[name].label}, one step of ${workloads[model].label} with batch ${batch}`;
  if (failed !== undefined) return `${what}: it cannot train (${failed})`;
  const whole = `${extrapolated.toFixed(0)} s for a batch of ${workloads[model].batch}`;
  return `${what}: ${seconds.toFixed(1)} s; in proportion, not measured, ${whole}`;
}

function describeFallbacks({ model, threads, results }) {
  const counts = Object.entries(results.native?.fallbacksPerRun ?? {});
  if (counts.length === 0) return [];
  const list = counts.map(([kernel, count]) => `${kernel} ${Number(count.toFixed(1))}`).join(', ');
  const where = `${workloads[model].label}, ${plural(threads, 'thread')}`;
  return [`Kernels that native leaves to plain JavaScript in a step of ${where}: ${list}`];
}

function describeLosses({ model, threads, results }) {
  const worse = measured(results).filter(([, { loss }]) => !(loss[1] < loss[0]));
  return worse.map(([name, { loss }]) => {
    const where = `${workloads[model].label}, ${plural(threads, 'thread')}`;
    return `**The loss of ${sides[name].label} did not fall** in ${where}: from ${loss[0]} to ${loss[1]}`;
  });
}

function describeIdle(rows) {
  const all = rows.flatMap(({ results }) => measured(results));
  if (all.length === 0) return [];
  const [name, { idleShare }] = all.reduce((most, one) =>
    one[1].idleShare > most[1].idleShare ? one : most,
  );
  const share = percent(idleShare);
  return [`While others ran, an idle process took at most ${share} of a core (${sides[name].label})`];
}
