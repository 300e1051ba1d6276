import { invalidArgument } from '@mix/core';
import type { FitOptions } from '../fit-options.js';

/** Throws for options that are not of their kind, where what follows would fail by a part that is missing. */
export function checkParts({
  classifier,
  method,
  train,
  prepare,
  rng,
  optimizers,
  schedule,
  validation,
  evaluated,
  store,
  signal,
  ...others
}: FitOptions): void {
  const has = (part: unknown, ...names: readonly string[]): boolean =>
    names.every((name) => typeof (part as Record<string, unknown> | undefined)?.[name] === 'function');
  const check = (is: boolean, argument: string, rule: string, part: unknown, remedy?: string): void => {
    if (is) return;
    const received = typeof part === 'object' ? Object.keys(part ?? {}) : typeof part;
    throw invalidArgument('fit', argument, rule, received, remedy === undefined ? {} : { remedy });
  };
  check(has(classifier, 'forward', 'state'), 'classifier', 'be a Classifier', classifier);
  const isMixer = typeof method === 'function';
  check(
    has(method, 'step'),
    'method',
    'be a Method',
    method,
    isMixer ? 'Wrap a mixer: fromMixer(cutmix())' : undefined,
  );
  check(has(train, 'batches'), 'train', 'be a BatchSource', train);
  const isSource = validation === undefined || has(validation, 'batches');
  check(isSource, 'validation', 'be a BatchSource', validation);
  check(typeof prepare === 'function', 'prepare', 'be a function such as prepareImages()', prepare);
  check(has(rng, 'fork', 'state'), 'rng', 'be made by createRng(seed)', rng);
  const kinds = has(optimizers, 'update') ? [optimizers] : Object.values(optimizers ?? {});
  const areOptimizers = kinds.length > 0 && kinds.every((each) => has(each, 'update', 'state'));
  check(areOptimizers, 'optimizers', 'be such as sgd(), or one for each group', optimizers);
  const rates = typeof schedule === 'object' && schedule !== null ? Object.values(schedule) : [schedule];
  const areSchedules = rates.every((each) => typeof each === 'function');
  check(
    areSchedules,
    'schedule',
    'be a function of the step such as constant(0.1), or one for each group',
    schedule,
  );
  const isEvaluated = evaluated === undefined || has(evaluated, 'forward') || has(evaluated, 'classify');
  check(isEvaluated, 'evaluated', 'be a Classifier, or { classify, counts }', evaluated);
  const isStore = store === undefined || has(store, 'save', 'load', 'describe');
  const awaited = has(store, 'then') ? 'Await it' : 'Pass a folder as fileCheckpointStore(folder)';
  check(isStore, 'store', 'be a CheckpointStore', store, awaited);
  const isSignal = signal === undefined || has(signal, 'throwIfAborted');
  check(isSignal, 'signal', 'be an AbortSignal', signal, 'Of an AbortController pass its signal');
  for (const name of ['watch', 'log', 'onProgress', 'now'] as const) {
    const given = others[name];
    check(given === undefined || typeof given === 'function', name, 'be a function', given);
  }
}
