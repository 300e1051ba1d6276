import type { TrainingNumbers } from '../records.js';

/** Sums over the batches of an epoch so far, as they are in a checkpoint. */
export interface Totals {
  samples: number;
  seconds: number;
  /** Steps left out; checkpoints of before this was counted have no number. */
  skipped?: number;
  readonly sums: Record<string, { value: number; samples: number }>;
}

export function noTotals(): Totals {
  return { samples: 0, seconds: 0, sums: {} };
}

/** Adds the numbers of one batch, weighted by its samples. Metrics that are not finite are left out; losses are checked before. */
export function addBatch(totals: Totals, numbers: Readonly<Record<string, number>>, samples: number): void {
  totals.samples += samples;
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isFinite(value)) continue;
    totals.sums[name] ??= { value: 0, samples: 0 };
    const sum = totals.sums[name];
    sum.value += value * samples;
    sum.samples += samples;
  }
}

export function meansOf({ sums }: Totals): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sums).map(([name, { value, samples }]) => [name, value / samples]),
  );
}

/** Sorts `loss.*` and `metric.*` into the fields of a record. */
export function recordNumbers(numbers: Readonly<Record<string, number>>): TrainingNumbers {
  const losses: Record<string, number> = {};
  const metrics: Record<string, number> = {};
  for (const [name, value] of Object.entries(numbers)) {
    if (name.startsWith('loss.')) losses[name.slice('loss.'.length)] = value;
    else metrics[name.slice('metric.'.length)] = value;
  }
  const { classifier: loss = Number.NaN, ...otherLosses } = losses;
  const { lam, mixedAccuracy, ...otherMetrics } = metrics;
  return {
    loss,
    ...(Object.keys(otherLosses).length > 0 && { losses: otherLosses }),
    ...(lam !== undefined && { lam }),
    ...(mixedAccuracy !== undefined && { mixedAccuracy }),
    ...(Object.keys(otherMetrics).length > 0 && { metrics: otherMetrics }),
  };
}
