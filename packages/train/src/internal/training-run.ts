import { invalidArgument, type Rng, type StepContext } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { encodeCheckpoint } from '../checkpoint.js';
import type { CheckpointSlot } from '../checkpoint-store.js';
import type { FitOptions, FitResult } from '../fit-options.js';
import { checkLabels } from './check-labels.js';
import { epochRecord, type Findings } from './epoch-record.js';
import { checkIdentity, type Identity, identityOf } from './identity.js';
import { lookAt } from './look-at.js';
import { newestCheckpoint } from './newest-checkpoint.js';
import { nextTurn } from './next-turn.js';
import { planRun, type RunPlan } from './run-plan.js';
import { captureRun, type Position, restoreRun, type Trained } from './run-state.js';
import { startRecord } from './start-record.js';
import { type NumbersOfBatch, type ReadStep, StepReader } from './step-reader.js';
import { StepUnderWay } from './step-under-way.js';
import { addBatch, meansOf, noTotals, recordNumbers } from './totals.js';
import { ratesAt } from './train-step.js';
import { untilAborted } from './until-aborted.js';

// One process trains; the key is reserved so that ranks of a parallel run will draw apart, and rank 0 as today.
const RANK = 0;

/** A run under way: position, reader and checkpoints of one call of `fit`. */
export class TrainingRun {
  readonly #options: FitOptions;
  readonly #plan: RunPlan;
  readonly #trained: Trained;
  readonly #identity: Identity;
  readonly #reader = new StepReader((step, batches) => this.#handleStep(step, batches));
  #position: Position = { epoch: 0, stepInEpoch: 0, step: 0, learningRate: 0, totals: noTotals() };
  #resumedFrom: CheckpointSlot | undefined;
  #step: StepUnderWay | undefined;
  #isTorn = false;

  constructor(options: FitOptions) {
    this.#options = options;
    this.#plan = planRun(options);
    const { classifier, method } = options;
    this.#trained = { classifier, method, ...this.#plan };
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
    const { stepsPerEpoch, accumulate } = this.#plan;
    const position = this.#position;
    if (signal?.aborted) return false;
    if (position.stepInEpoch === stepsPerEpoch) return true;
    let mark = now();
    let batches = position.stepInEpoch * accumulate;
    for await (const host of untilAborted(train.batches(position.epoch, batches), signal)) {
      this.#addBatch(host);
      batches++;
      if (batches % accumulate === 0 || batches === train.numBatches) await this.#finishStep();
      await nextTurn();
      position.totals.seconds += (now() - mark) / 1000;
      mark = now();
      if (this.#step !== undefined) continue;
      if (signal?.aborted || position.stepInEpoch === stepsPerEpoch) break;
      if (checkpointEvery > 0 && position.step % checkpointEvery === 0) await this.save(['last']);
      mark = now();
    }
    await this.#reader.flush();
    // A source that ended on the signal: what the step's batches have changed cannot be saved with a position before it.
    if (this.#step !== undefined) this.#isTorn = !this.#step.undo();
    if (signal?.aborted) return false;
    if (position.stepInEpoch < stepsPerEpoch) {
      throw invalidArgument('fit', 'train', `give ${train.numBatches} batches an epoch`, batches);
    }
    return true;
  }

  /** Evaluates, logs and saves a trained epoch; false if the signal came first. */
  async finishEpoch(): Promise<boolean> {
    const { signal, log } = this.#options;
    const position = this.#position;
    const epoch = position.epoch + 1;
    if (position.totals.samples === 0) {
      const rule = 'have a step whose losses and gradients are finite';
      const remedy = 'Lower the learning rate, or clip gradients with clip: { norm: 1 }';
      throw invalidArgument('fit', `epoch ${epoch}`, rule, 'none', { code: 'NOT_FINITE', remedy });
    }
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

  /** Settles every step and saves; a run without a store, or that ended within a step, saves nothing. */
  async save(slots: readonly ('last' | 'best')[]): Promise<void> {
    await this.#reader.flush();
    const { store } = this.#options;
    if (store === undefined || this.#isTorn) return;
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
    this.#step?.dispose();
    this.#reader.dispose();
  }

  /** Adds a batch to the step under way, or begins one. */
  #addBatch(host: Parameters<FitOptions['prepare']>[0]): void {
    const { rng, prepare, guide, train, skipNonFinite = 0 } = this.#options;
    checkLabels('fit', 'train', host, train.numClasses);
    const { totalSteps, accumulate } = this.#plan;
    const { epoch, stepInEpoch, step } = this.#position;
    const context: StepContext = {
      rng: rng.fork('step', epoch, stepInEpoch, RANK),
      step,
      progress: step / totalSteps,
      totalSteps,
      ...(guide && { guide }),
    };
    this.#step ??= new StepUnderWay(this.#trained, context, { canUndo: skipNonFinite > 0 });
    const part = this.#step.batches;
    const own = (draws: Rng) => (accumulate === 1 ? draws : draws.fork('batch', part));
    const batch = prepare(host, own(rng.fork('augment', epoch, stepInEpoch, RANK)));
    try {
      this.#step.add(batch, own(context.rng));
    } finally {
      tf.dispose(batch);
    }
  }

  /** Applies the step under way, or leaves it out. */
  async #finishStep(): Promise<void> {
    const step = this.#step;
    if (step === undefined) return;
    const { method, skipNonFinite = 0 } = this.#options;
    const position = this.#position;
    const rates = ratesAt(this.#plan.groups, position.step);
    const learningRate = rates['classifier'] ?? 0;
    const isBad = skipNonFinite > 0 && !(await step.isFinite());
    if (isBad) step.undo();
    else step.apply(rates);
    const reads = step.takeNumbers();
    step.dispose();
    this.#step = undefined;
    position.step++;
    position.stepInEpoch++;
    position.learningRate = learningRate;
    if (isBad && (position.skippedInRow ?? 0) < skipNonFinite) {
      for (const { numbers } of reads) numbers.dispose();
      // The step before is told first.
      await this.#reader.flush();
      position.skippedInRow = (position.skippedInRow ?? 0) + 1;
      position.totals.skipped = (position.totals.skipped ?? 0) + 1;
      this.#tellProgress(position.epoch + 1, position.stepInEpoch, position.step, Number.NaN);
      return;
    }
    position.skippedInRow = 0;
    await this.#reader.push(
      {
        step: position.step,
        epoch: position.epoch + 1,
        stepInEpoch: position.stepInEpoch,
        method: method.name,
        learningRate,
      },
      reads,
    );
    if (!isBad) return;
    // Of a step too many, the reader throws and says which loss it was, before another step is begun.
    await this.#reader.flush();
    throw invalidArgument('fit', 'gradients', `be finite at step ${position.step}`, 'NaN or Infinity', {
      code: 'NOT_FINITE',
      remedy: 'Lower the learning rate, or find what of the loss has no gradient',
    });
  }

  #handleStep(read: ReadStep, batches: readonly NumbersOfBatch[]): void {
    const { log, logEvery = 50 } = this.#options;
    const { step, epoch, stepInEpoch, learningRate } = read;
    const own = noTotals();
    for (const { numbers, samples } of batches) {
      addBatch(this.#position.totals, numbers, samples);
      addBatch(own, numbers, samples);
    }
    const values = recordNumbers(meansOf(own));
    if (logEvery > 0 && step % logEvery === 0) log?.({ type: 'step', step, epoch, ...values, learningRate });
    this.#tellProgress(epoch, stepInEpoch, step, values.loss);
  }

  #tellProgress(epoch: number, stepInEpoch: number, step: number, loss: number): void {
    const { onProgress, epochs } = this.#options;
    const { stepsPerEpoch, totalSteps } = this.#plan;
    onProgress?.({ epoch, epochs, stepInEpoch, stepsPerEpoch, step, totalSteps, loss });
  }
}
