import type { FitOptions, FitResult } from './fit-options.js';
import { TrainingRun } from './internal/training-run.js';

/**
 * Trains a classifier by a method: prepare, mix, classify, gradients of all groups in one backward pass, clip, update, and
 * once an epoch evaluate, log and save.
 *
 * Every draw depends on the seed, the epoch and the step alone, and checkpoints hold everything else, so that a run that was
 * stopped and resumed ends with the same bits as one that was not (on the same backend). Losses are read back one step behind;
 * none is kept in a checkpoint before it is known to be finite.
 *
 * @param options Everything in it is borrowed: classifier, method, optimisers and tensors stay the caller's to dispose.
 * @returns The last and the best epoch, and whether `signal` stopped the run.
 * @throws MixError `INVALID_ARGUMENT` for options that do not fit, before the first step, and for a class that `train` has not; `NOT_FINITE` for a loss that is NaN or infinite
 *   (with `skipNonFinite`, for losses or gradients of more steps in a row), or such a parameter; `STATE_MISMATCH` for a checkpoint of
 *   another run; `CORRUPT_DATA` if no checkpoint can be read.
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const run = new TrainingRun(options);
  try {
    await run.open();
    while (!run.done) {
      if ((await run.trainEpoch()) && (await run.finishEpoch())) continue;
      await run.save(['last']);
      return run.result(true);
    }
    return run.result(false);
  } finally {
    run.dispose();
  }
}
