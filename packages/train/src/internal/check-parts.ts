import { describeReceived, invalidArgument } from '@mix/core';
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
}: FitOptions): void {
  const has = (part: unknown, ...names: readonly string[]): boolean =>
    names.every((name) => typeof (part as Record<string, unknown> | undefined)?.[name] === 'function');
  const check = (is: boolean, argument: string, rule: string, part: unknown, remedy?: string): void => {
    if (is) return;
    const received = typeof part === 'object' ? describeReceived(Object.keys(part ?? {})) : typeof part;
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
}
