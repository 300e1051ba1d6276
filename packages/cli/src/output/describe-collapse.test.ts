import type { EpochRecord, TrainRecord } from '@mix/train';
import { expect, it } from 'vitest';
import type { Printer } from './printer.js';
import { createTrainReporter } from './train-reporter.js';

const flat = { mean: 0.5, spread: 0.0003, collapse: 'constant' };
const shaped = { mean: 0.5, spread: 0.12 };
const full = { mean: 0.995, spread: 0.001, collapse: 'saturated' };

const start: TrainRecord = {
  ...{ type: 'start', method: 'automix', step: 0, epochsDone: 0, epochs: 20, stepsPerEpoch: 1 },
  ...{ parameters: {}, skipped: [] },
};

const epochOf = (epoch: number, watched: EpochRecord['watched'] = {}): EpochRecord => ({
  ...{ type: 'epoch', epoch, step: epoch, learningRate: 0.1, loss: 1, best: false },
  ...{ seconds: 1, imagesPerSecond: 1, numTensors: 0, watched },
});

/** What is warned of in epochs that show such masks, the first one first. */
function warnings(seen: readonly EpochRecord['watched'][], earlier: readonly TrainRecord[] = []): string[] {
  const notes: string[] = [];
  const printer: Printer = { line: () => {}, note: (text) => notes.push(text), result: () => {} };
  const reporter = createTrainReporter(printer, earlier);
  for (const record of [start, ...seen.map((watched, index) => epochOf(index + 1, watched))]) {
    reporter.onRecord(record);
  }
  return notes;
}

it('says of masks that never had a shape that they have none yet, once, and what gave them one', () => {
  const [note, ...more] = warnings([flat, flat, flat, flat]);
  expect(more).toEqual([]);
  expect(note).toMatch(
    /^epoch 3: the learned masks have no shape yet \(mean share 0\.500, spread 0\.000\).*--init-deviation 0\.3/,
  );
  expect(note).not.toContain('collapsed');
});

it('says of masks that had a shape that they have collapsed', () => {
  expect(warnings([flat, shaped, shaped, flat])).toEqual([
    expect.stringMatching(/^epoch 4: the learned masks have collapsed \(constant; .*lost their shape/),
  ]);
  expect(warnings([{}, {}, full])).toEqual([
    expect.stringMatching(/^epoch 3: the learned masks have collapsed \(saturated; /),
  ]);
});

it('knows what the run has logged before', () => {
  const resumed = (watched: EpochRecord['watched']) => warnings([{}, {}, flat], [start, epochOf(1, watched)]);
  expect(resumed(shaped)[0]).toContain('have collapsed');
  for (const watched of [flat, full, undefined]) expect(resumed(watched)[0]).toContain('no shape yet');
});
