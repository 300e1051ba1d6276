import type { Batch } from './batch.js';
import type { ChooseOptions } from './choose.js';
import { disposeMixed } from './dispose-mixed.js';
import { invalidArgument } from './errors.js';
import { allOrNone } from './internal/all-or-none.js';
import { checkMixers } from './internal/check-mixers.js';
import { concatMixed, gatherMixed } from './internal/mixed-rows.js';
import type { MixedBatch, Mixer } from './mixer.js';
import type { Plan } from './plan.js';

/** The plan of {@link perSample}. */
export interface PerSamplePlan extends Plan {
  readonly method: 'perSample';
  /** For each row, which of `plans` it takes. */
  readonly choice: readonly number[];
  /** What each mixer drew for the whole batch; `null` for those that no row took. */
  readonly plans: readonly (Plan | null)[];
}

/**
 * Takes one of several mixers for each row: timm's `elem` mode with switching is
 * `perSample([mixup({ mode: 'elem' }), cutmix({ mode: 'elem' })])`. Every mixer that some row takes runs on the whole batch;
 * rows of fewer sources get further ones of share 0.
 *
 * @param mixers At least one.
 */
export function perSample(mixers: readonly Mixer[], { weights }: ChooseOptions = {}): Mixer<PerSamplePlan> {
  checkMixers('perSample', mixers, weights);
  const indices = mixers.map((_, index) => index);
  return (batch, context) => {
    const rows = Array.from({ length: batch.images.shape[0] }, (_, row) => row);
    const rng = context.rng.split();
    const choice = rows.map((row) => rng.fork('sample', row).choice(indices, weights));
    const mixed = allOrNone(
      mixers,
      (mixer, index) =>
        choice.includes(index) ? mixer(batch, { ...context, rng: rng.fork('mixer', index) }) : null,
      (made) => made && disposeMixed(made),
    );
    return selectRows(batch, choice, mixed);
  };
}

/** Puts together a batch whose row b is row b of `mixed[choice[b]]`, and disposes `mixed`. */
export function selectRows(
  batch: Batch,
  choice: readonly number[],
  mixed: readonly (MixedBatch | null)[],
): MixedBatch<PerSamplePlan> {
  const size = batch.images.shape[0];
  for (const candidate of mixed) {
    if (candidate === null || candidate.images.shape[0] === size) continue;
    const given = candidate.images.shape[0];
    for (const each of mixed) if (each !== null) disposeMixed(each);
    const rule = `give as many rows as the batch has, ${size}`;
    throw invalidArgument('perSample', 'mixers', rule, given, { code: 'BATCH_SIZE' });
  }
  const taken = mixed.filter((candidate) => candidate !== null);
  const position = mixed.map((candidate) => (candidate === null ? -1 : taken.indexOf(candidate)));
  const rows = choice.map((index, row) => (position[index] ?? -1) * size + row);
  if (choice.length !== size || rows.some((row) => row < 0)) {
    throw invalidArgument('perSample', 'plan.choice', `name a plan for each of ${size} rows`, choice);
  }
  const plan: PerSamplePlan = {
    method: 'perSample',
    shape: [size, batch.images.shape[1], batch.images.shape[2]],
    choice,
    plans: mixed.map((candidate) => candidate?.plan ?? null),
  };
  return { ...gatherMixed(concatMixed('perSample', taken), rows), plan };
}
