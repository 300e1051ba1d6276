import { MixError } from '@mix/core';
import type { BatchNumbers } from './train-step.js';

/** A step whose numbers are on their way to the host. */
export interface ReadStep {
  /** Steps done, this one included. */
  readonly step: number;
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  readonly stepInEpoch: number;
  readonly method: string;
  readonly learningRate: number;
}

interface Pending {
  readonly step: ReadStep;
  readonly reads: readonly BatchNumbers[];
  readonly values: Promise<readonly ArrayLike<number>[]>;
}

/** Gets the numbers of a step's batches. */
type Handle = (step: ReadStep, batches: readonly NumbersOfBatch[]) => void;

/** Losses and metrics of a batch, on the host. */
export interface NumbersOfBatch {
  readonly numbers: Readonly<Record<string, number>>;
  readonly samples: number;
}

/** Whether this is a loss and NaN or infinite. */
export function isBadLoss(name: string, value: number): boolean {
  return name.startsWith('loss.') && !Number.isFinite(value);
}

/**
 * Reads the numbers of steps back, one step behind: those of a step are waited for only when the next one has been sent to
 * the device. A loss that is not finite is thrown from here.
 */
export class StepReader {
  readonly #handle: Handle;
  #pending: Pending | undefined;

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  /** Takes over the numbers of a step's batches and settles the step before. */
  async push(step: ReadStep, reads: readonly BatchNumbers[]): Promise<void> {
    const values = Promise.all(reads.map(({ numbers }) => numbers.data()));
    // Waited for in `flush`; until then a rejection must not count as unhandled.
    values.catch(() => undefined);
    const before = this.#pending;
    this.#pending = undefined;
    try {
      await this.#settle(before);
    } finally {
      this.#pending = { step, reads, values };
    }
  }

  /** Settles the last step; to be called before its effects are kept. */
  async flush(): Promise<void> {
    const last = this.#pending;
    this.#pending = undefined;
    await this.#settle(last);
  }

  dispose(): void {
    disposeAll(this.#pending?.reads ?? []);
    this.#pending = undefined;
  }

  async #settle(pending: Pending | undefined): Promise<void> {
    if (pending === undefined) return;
    const { step, reads, values } = pending;
    try {
      const data = await values;
      const batches = reads.map(({ names, samples }, batch) => ({
        numbers: Object.fromEntries(names.map((name, index) => [name, data[batch]?.[index] as number])),
        samples,
      }));
      for (const { numbers } of batches) checkLosses(step, numbers);
      this.#handle(step, batches);
    } finally {
      disposeAll(reads);
    }
  }
}

function disposeAll(reads: readonly BatchNumbers[]): void {
  for (const { numbers } of reads) numbers.dispose();
}

function checkLosses(step: ReadStep, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!isBadLoss(name, value)) continue;
    const group = name.slice('loss.'.length);
    const lam = numbers['metric.lam'];
    const where = [
      `epoch ${step.epoch}`,
      `method '${step.method}'`,
      ...(lam === undefined ? [] : [`lam ${rounded(lam)}`]),
      `lr ${rounded(step.learningRate)}`,
    ].join(', ');
    throw new MixError(
      `fit: loss of '${group}' is ${value} at step ${step.step} (${where}). Lower the learning rate, or clip gradients with clip: { norm: 1 }`,
      { code: 'NOT_FINITE', argument: `loss of '${group}'`, received: value },
    );
  }
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
