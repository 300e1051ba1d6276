import type { FitProgress, TrainRecord } from '@mix/train';
import { type Collapse, collapseOf, describeCollapse, hasShape } from './describe-collapse.js';
import { formatEpoch } from './format-epoch.js';
import type { Printer } from './printer.js';
import { createProgressBar } from './progress-bar.js';

/** Shows a training run while it goes on. */
export interface TrainReporter {
  onRecord(record: TrainRecord): void;
  onProgress(progress: FitProgress): void;
  /** A remark that is no result. */
  onNote(line: string): void;
  /** Takes the bar away; for the end, also one by an error. */
  close(): void;
}

/**
 * One line per epoch, and a live bar on a terminal in between.
 *
 * @param earlier What the run has logged before, if it goes on.
 */
export function createTrainReporter(printer: Printer, earlier: readonly TrainRecord[] = []): TrainReporter {
  const bar = createProgressBar();
  let epochs = 0;
  let collapse: Collapse | undefined;
  let hadShape = earlier.some((record) => record.type === 'epoch' && hasShape(record));
  return {
    onRecord(record) {
      if (record.type === 'start') {
        epochs = record.epochs;
        const parameters = Object.values(record.parameters).reduce((sum, count) => sum + count, 0);
        printer.line(`train    ${parameters} parameters, ${record.stepsPerEpoch} steps an epoch`);
        for (const reason of record.skipped) printer.note(`passed over a damaged checkpoint: ${reason}`);
        if (record.resumedFrom !== undefined) {
          printer.line(`resumed  after epoch ${record.epochsDone}/${epochs}, step ${record.step}`);
        }
      } else if (record.type === 'epoch') {
        bar.clear();
        printer.line(formatEpoch(record, epochs));
        if (record.skippedSteps !== undefined) {
          printer.note(
            `epoch ${record.epoch}: left out ${record.skippedSteps} steps, whose loss or gradients were not finite`,
          );
        }
        const now = collapseOf(record, epochs);
        if (now !== undefined && now !== collapse) printer.note(describeCollapse(now, record, hadShape));
        collapse = now;
        hadShape ||= hasShape(record);
      }
    },
    onProgress({ epoch, stepInEpoch, stepsPerEpoch, loss }) {
      bar.update(stepInEpoch, stepsPerEpoch, `epoch ${epoch}/${epochs} loss ${loss.toFixed(3)}`);
      if (stepInEpoch === stepsPerEpoch) bar.clear();
    },
    onNote(line) {
      bar.clear();
      printer.note(line);
    },
    close: bar.clear,
  };
}
