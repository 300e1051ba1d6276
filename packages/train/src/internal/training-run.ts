import { type Batch, invalidArgument, type StepContext } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { encodeCheckpoint } from '../checkpoint.js';
import type { CheckpointSlot } from '../checkpoint-store.js';
import type { FitOptions, FitResult } from '../fit-options.js';
import { epochRecord, type Findings } from './epoch-record.js';
import { checkIdentity, type Identity, identityOf } from './identity.js';
import { lookAt } from './look-at.js';
import { newestCheckpoint } from './newest-checkpoint.js';
import { nextTurn } from './next-turn.js';
import { planRun, type RunPlan } from './run-plan.js';
import { captureRun, type Position, restoreRun, type Trained } from './run-state.js';
import { startRecord } from './start-record.js';
import { hasBadLoss, type ReadStep, StepReader } from './step-reader.js';
import { addStep, noTotals, recordNumbers } from './totals.js';
import { type StepNumbers, trainStep } from './train-step.js';
import { Undo } from './undo.js';

// One process trains; the key is reserved so that ranks of a parallel run will draw apart, and rank 0 as today.
const RANK = 0;

/** A run under way: position, reader and checkpoints of one call of `fit`. */
export class TrainingRun {
  readonly #options: FitOptions;
  readonly #plan: RunPlan;
  readonly #trained: Trained;
  readonly #identity: Identity;
  readonly #reader = new StepReader((step, numbers) => this.#handleStep(step, numbers));
  #position: Position = { epoch: 0, stepInEpoch: 0, step: 0, learningRate: 0, totals: noTotals() };
  #resumedFrom: CheckpointSlot | undefined;

  constructor(options: FitOptions) {
    this.#options = options;
    this.#plan = planRun(options);
    this.#trained = { classifier: options.classifier, method: options.method, groups: this.#plan.groups };
    this.#identity = identityOf(options, this.#plan);
  }

  get done(): boolean {
    return this.#position.epoch >= this.#options.epochs;
  }

  /** Takes up the newest checkpoint if the run is to resume, and logs the start. */
  async open(): Promise<void> {
    const { store, resume = false, method, epochs } = this.#options;
    if (resume && store === undefined) throw invalidArgument('fit', 'store', 'be given to resume', store);
    const found = store === undefined ? undefined : await newestCheckpoint(store);
    if (found !== undefined && store !== undefined) {
      const name = store.describe(found.slot);
      if (!resume) {
        throw invalidArgument('fit', 'store', 'be empty for a new run', name, {
          remedy: 'Pass resume: true to go on from it, or choose another place',
        });
      }
      checkIdentity(name, found.checkpoint.identity, this.#identity, this.#plan.totalSteps);
      this.#position = restoreRun(this.#trained, found.checkpoint);
      this.#resumedFrom = found.slot;
    }
    this.#options.log?.(startRecord(method.name, epochs, this.#plan, this.#position, found));
  }

  /** Does the steps that the epoch still has; false if the signal came first. */
  async trainEpoch(): Promise<boolean> {
    const { train, signal, checkpointEvery = 0, now = () => performance.now() } = this.#options;
    const { stepsPerEpoch } = this.#plan;
    const position = this.#position;
    if (signal?.aborted) return false;
    if (position.stepInEpoch === stepsPerEpoch) return true;
    let mark = now();
    for await (const host of train.batches(position.epoch, position.stepInEpoch)) {
      await this.#step(host);
      await nextTurn();
      position.totals.seconds += (now() - mark) / 1000;
      if (signal?.aborted || position.stepInEpoch === stepsPerEpoch) break;
      if (checkpointEvery > 0 && position.step % checkpointEvery === 0) await this.save(['last']);
      mark = now();
    }
    await this.#reader.flush();
    if (signal?.aborted) return false;
    if (position.stepInEpoch < stepsPerEpoch) {
      throw invalidArgument('fit', 'train', `give ${stepsPerEpoch} batches an epoch`, position.stepInEpoch);
    }
    return true;
  }

  /** Evaluates, logs and saves a trained epoch; false if the signal came first. */
  async finishEpoch(): Promise<boolean> {
    const { signal, log } = this.#options;
    const position = this.#position;
    const epoch = position.epoch + 1;
    let found: Findings;
    try {
      found = await lookAt(this.#options, epoch);
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return false;
      throw error;
    }
    const record = epochRecord(position, found);
    log?.(record);
    const { best } = position;
    this.#position = {
      epoch,
      stepInEpoch: 0,
      step: position.step,
      learningRate: position.learningRate,
      totals: noTotals(),
      ...(position.skippedInRow && { skippedInRow: position.skippedInRow }),
      last: record,
      ...(record.best ? { best: record } : best && { best }),
    };
    await this.save(record.best ? ['best', 'last'] : ['last']);
    return true;
  }

  /** Settles every step and saves; a run without a store saves nothing. */
  async save(slots: readonly ('last' | 'best')[]): Promise<void> {
    await this.#reader.flush();
    const { store } = this.#options;
    if (store === undefined) return;
    const bytes = await encodeCheckpoint(await captureRun(this.#trained, this.#position, this.#identity));
    for (const slot of slots) await store.save(slot, bytes);
  }

  result(stopped: boolean): FitResult {
    const { step, epoch, last, best } = this.#position;
    return {
      stopped,
      step,
      epochsDone: epoch,
      ...(last && { last }),
      ...(best && { best }),
      ...(this.#resumedFrom && { resumedFrom: this.#resumedFrom }),
    };
  }

  dispose(): void {
    this.#reader.dispose();
  }

  async #step(host: Parameters<FitOptions['prepare']>[0]): Promise<void> {
    const { rng, prepare, guide, method } = this.#options;
    const { groups, totalSteps } = this.#plan;
    const position = this.#position;
    const { epoch, stepInEpoch, step } = position;
    const context: StepContext = {
      rng: rng.fork('step', epoch, stepInEpoch, RANK),
      step,
      progress: step / totalSteps,
      totalSteps,
      ...(guide && { guide }),
    };
    const batch = prepare(host, rng.fork('augment', epoch, stepInEpoch, RANK));
    const learningRate = groups.find(({ name }) => name === 'classifier')?.schedule(step) ?? 0;
    try {
      const read = await this.#tryStep(batch, context);
      position.step++;
      position.stepInEpoch++;
      position.learningRate = learningRate;
      if (read === undefined) return;
      await this.#reader.push(
        {
          step: position.step,
          epoch: epoch + 1,
          stepInEpoch: position.stepInEpoch,
          samples: host.shape[0],
          method: method.name,
          learningRate,
        },
        read,
      );
    } finally {
      tf.dispose(batch);
    }
  }

  /** One step; undefined for one that was undone and skipped. */
  async #tryStep(batch: Batch, context: StepContext): Promise<StepNumbers | undefined> {
    const { skipNonFinite = 0 } = this.#options;
    const { groups } = this.#plan;
    if (skipNonFinite === 0) return trainStep(this.#options, groups, batch, context);
    const before = new Undo(this.#trained);
    try {
      const read = trainStep(this.#options, groups, batch, context);
      const position = this.#position;
      if (!(await hasBadLoss(read))) {
        position.skippedInRow = 0;
        return read;
      }
      before.restore();
      const skipped = position.skippedInRow ?? 0;
      // The reader throws, and says which loss it was.
      if (skipped === skipNonFinite) return read;
      read.numbers.dispose();
      position.skippedInRow = skipped + 1;
      position.totals.skipped = (position.totals.skipped ?? 0) + 1;
      return undefined;
    } finally {
      before.dispose();
    }
  }

  #handleStep(read: ReadStep, numbers: Readonly<Record<string, number>>): void {
    const { log, logEvery = 50, onProgress, epochs } = this.#options;
    const { step, epoch, stepInEpoch, learningRate, samples } = read;
    addStep(this.#position.totals, numbers, samples);
    const values = recordNumbers(numbers);
    if (logEvery > 0 && step % logEvery === 0) log?.({ type: 'step', step, epoch, ...values, learningRate });
    const { stepsPerEpoch, totalSteps } = this.#plan;
    onProgress?.({ epoch, epochs, stepInEpoch, stepsPerEpoch, step, totalSteps, loss: values.loss });
  }
}
