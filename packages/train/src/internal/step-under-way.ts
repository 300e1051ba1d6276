import type { Batch, StepContext } from '@mix/core';
import { GradientMean } from './gradient-mean.js';
import type { Trained } from './run-state.js';
import { isBadLoss } from './step-reader.js';
import { applyGradients, type BatchNumbers, gradientsOfBatch } from './train-step.js';
import { Undo } from './undo.js';

/** A step from its first batch to its update. */
export class StepUnderWay {
  readonly #trained: Trained;
  readonly #context: StepContext;
  readonly #mean = new GradientMean();
  readonly #undo: Undo | undefined;
  #reads: BatchNumbers[] = [];

  /** @param options `canUndo`: hold on to what the step replaces, until it is disposed. */
  constructor(trained: Trained, context: StepContext, { canUndo }: { readonly canUndo: boolean }) {
    this.#trained = trained;
    this.#context = context;
    this.#undo = canUndo ? new Undo(trained) : undefined;
  }

  /** Batches so far. */
  get batches(): number {
    return this.#reads.length;
  }

  /** Adds the gradients of one batch, drawn from `rng`; borrows it. */
  add(batch: Batch, rng: StepContext['rng']): void {
    const { groups } = this.#trained;
    const { gradients, read } = gradientsOfBatch(this.#trained, groups, batch, { ...this.#context, rng });
    this.#reads.push(read);
    this.#mean.add(gradients, read.samples);
  }

  /** Updates what is trained. */
  apply(): void {
    const { classifier, method } = this.#trained;
    applyGradients(this.#trained, this.#mean.gradients, this.#context.step);
    this.#mean.dispose();
    method.afterStep?.(classifier, this.#context);
  }

  /** Whether a loss of the step is NaN or infinite, once the device has told. */
  async hasBadLoss(): Promise<boolean> {
    const values = await Promise.all(this.#reads.map(({ numbers }) => numbers.data()));
    return this.#reads.some(({ names }, batch) =>
      names.some((name, index) => isBadLoss(name, values[batch]?.[index] as number)),
    );
  }

  /** Puts back everything that the step has changed. */
  undo(): void {
    this.#undo?.restore();
  }

  /** Gives away the numbers of its batches. */
  takeNumbers(): readonly BatchNumbers[] {
    const reads = this.#reads;
    this.#reads = [];
    return reads;
  }

  dispose(): void {
    this.#mean.dispose();
    this.#undo?.dispose();
    for (const { numbers } of this.takeNumbers()) numbers.dispose();
  }
}
