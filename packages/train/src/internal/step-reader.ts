import { MixError } from '@mix/core';
import type { StepNumbers } from './train-step.js';

/** A step whose numbers are on their way to the host. */
export interface ReadStep {
  /** Steps done, this one included. */
  readonly step: number;
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  readonly stepInEpoch: number;
  readonly samples: number;
  readonly method: string;
  readonly learningRate: number;
}

interface Pending {
  readonly step: ReadStep;
  readonly read: StepNumbers;
  readonly values: Promise<ArrayLike<number>>;
}

type Handle = (step: ReadStep, numbers: Readonly<Record<string, number>>) => void;

/** Whether a loss is NaN or infinite, once the device has told. */
export async function hasBadLoss({ names, numbers }: StepNumbers): Promise<boolean> {
  const values = await numbers.data();
  return names.some((name, index) => isBadLoss(name, values[index] as number));
}

function isBadLoss(name: string, value: number): boolean {
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

  /** Takes over `read` and settles the step before. */
  async push(step: ReadStep, read: StepNumbers): Promise<void> {
    const values = read.numbers.data();
    // Waited for in `flush`; until then a rejection must not count as unhandled.
    values.catch(() => undefined);
    const before = this.#pending;
    this.#pending = undefined;
    try {
      await this.#settle(before);
    } finally {
      this.#pending = { step, read, values };
    }
  }

  /** Settles the last step; to be called before its effects are kept. */
  async flush(): Promise<void> {
    const last = this.#pending;
    this.#pending = undefined;
    await this.#settle(last);
  }

  dispose(): void {
    this.#pending?.read.numbers.dispose();
    this.#pending = undefined;
  }

  async #settle(pending: Pending | undefined): Promise<void> {
    if (pending === undefined) return;
    const { step, read, values } = pending;
    try {
      const data = await values;
      const numbers = Object.fromEntries(read.names.map((name, index) => [name, data[index] as number]));
      checkLosses(step, numbers);
      this.#handle(step, numbers);
    } finally {
      read.numbers.dispose();
    }
  }
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
