import { markdownTable } from '../report/markdown.js';

/** Mean and sample standard deviation of shares, in per cent: `41.3 ± 0.8`; the mean alone of one. */
export function meanAndDeviation(shares) {
  const values = shares.map((share) => 100 * share);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return mean.toFixed(1);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return `${mean.toFixed(1)} ± ${Math.sqrt(squares / (values.length - 1)).toFixed(1)}`;
}

/**
 * A row for each method that has runs, in the order of `methods`.
 *
 * @param trials Finished runs.
 * @param methods Names of the methods.
 * @param columns Heading of each share that a run measured, by its name.
 */
export function trialsTable(trials, methods, columns) {
  const rows = methods.flatMap((method) => {
    const own = trials.filter((trial) => trial.method === method);
    if (own.length === 0) return [];
    const shares = Object.keys(columns).map((name) => meanAndDeviation(own.map((trial) => trial[name])));
    const seconds = own.reduce((sum, trial) => sum + trial.cpuSeconds, 0) / own.length;
    return [[method, ...shares, Math.round(seconds), own.length]];
  });
  return markdownTable(['method', ...Object.values(columns), 'CPU s a run', 'seeds'], rows);
}
