import type { FitProgress } from '../src/fit-options.js';

/** A signal that is aborted once the numbers of step `step` have been read. */
export function abortAt(step: number): { signal: AbortSignal; onProgress: (progress: FitProgress) => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onProgress(progress) {
      if (progress.step === step) controller.abort(new Error('stop'));
    },
  };
}
