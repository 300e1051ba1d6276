import type { Batch, StepContext } from '@mix/core';
import { globalNorm } from '../clip-gradients.js';
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

  /** Updates what is trained, at the rates of its groups. */
  apply(rates: Readonly<Record<string, number>>): void {
    const { classifier, method } = this.#trained;
    applyGradients(this.#trained, this.#mean.gradients, rates);
    this.#mean.dispose();
    method.afterStep?.(classifier, this.#context);
  }

  /** Whether all losses and gradients of the step are finite, once the device has told. */
  async isFinite(): Promise<boolean> {
    const norm = globalNorm(this.#mean.gradients);
    try {
      const size = norm.data();
      const values = await Promise.all(this.#reads.map(({ numbers }) => numbers.data()));
      const areFinite = this.#reads.every(({ names }, batch) =>
        names.every((name, index) => !isBadLoss(name, values[batch]?.[index] as number)),
      );
      return areFinite && Number.isFinite((await size)[0]);
    } finally {
      norm.dispose();
    }
  }

  /** Puts back everything that the step has changed, if it was told to hold on to that; whether it has. */
  undo(): boolean {
    this.#undo?.restore();
    return this.#undo !== undefined;
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
