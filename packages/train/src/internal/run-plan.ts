import { type Classifier, checkInteger, invalidArgument, type Method, type NamedVariables } from '@mix/core';
import { type Clip, checkClip } from '../clip-gradients.js';
import type { FitOptions } from '../fit-options.js';
import type { Optimizer } from '../optimizer.js';
import type { Schedule } from '../schedule.js';
import { checkParts } from './check-parts.js';

/** Variables that are updated together. */
export interface Group {
  readonly name: string;
  readonly variables: NamedVariables;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly clip?: Clip;
}

/** The checked and resolved part of {@link FitOptions}. */
export interface RunPlan {
  readonly groups: readonly Group[];
  /** Clips the gradients of all groups together. */
  readonly jointClip?: Clip;
  /** Batches in a step; in the last one of an epoch there may be fewer. */
  readonly accumulate: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

export function planRun(options: FitOptions): RunPlan {
  checkParts(options);
  const { classifier, method, train, validation, epochs, clip, accumulate = 1 } = options;
  checkInteger('fit', 'epochs', epochs, 1);
  checkInteger('fit', 'train.numBatches', train.numBatches, 1);
  checkInteger('fit', 'evaluateEvery', options.evaluateEvery ?? 1, 1);
  checkInteger('fit', 'checkpointEvery', options.checkpointEvery ?? 0);
  checkInteger('fit', 'logEvery', options.logEvery ?? 0);
  checkInteger('fit', 'accumulate', options.accumulate ?? 1, 1);
  checkInteger('fit', 'skipNonFinite', options.skipNonFinite ?? 0);
  for (const [argument, source] of Object.entries({ train, validation })) {
    if (source !== undefined && source.numClasses !== classifier.numClasses) {
      const rule = `equal the classifier's, ${classifier.numClasses}`;
      throw invalidArgument('fit', `${argument}.numClasses`, rule, source.numClasses);
    }
  }
  const variablesOf = variablesByGroup(classifier, method);
  const names = Object.keys(variablesOf).filter((name) => Object.keys(variablesOf[name] ?? {}).length > 0);
  checkNames(names, method.name);
  const optimizers = byGroup(options.optimizers, isOptimizer, 'classifier');
  for (const name of Object.keys(optimizers)) {
    if (!names.includes(name)) {
      throw invalidArgument(
        'fit',
        'optimizers',
        `be for the groups ${list(names)} of method '${method.name}'`,
        name,
      );
    }
  }
  if (new Set(Object.values(optimizers)).size < Object.keys(optimizers).length) {
    throw invalidArgument('fit', 'optimizers', 'be one for each group', 'the same for two');
  }
  const isJoint =
    typeof clip === 'object' && clip !== null && isClip(clip) && 'norm' in clip && clip.jointly === true;
  if (isJoint) checkClip('fit', clip);
  const clips = clipsByGroup(isJoint ? undefined : clip, names, method.name);
  const groups = names.map((name): Group => {
    const optimizer = optimizers[name];
    if (optimizer === undefined) {
      throw invalidArgument(
        'fit',
        'optimizers',
        `have one for group '${name}' of method '${method.name}'`,
        Object.keys(optimizers),
        { remedy: `Pass optimizers: { ${names.map((group) => `${group}: sgd(...)`).join(', ')} }` },
      );
    }
    const { schedule: given } = options;
    const schedule = typeof given === 'function' ? given : given[name];
    if (schedule === undefined) {
      throw invalidArgument('fit', 'schedule', `have one for group '${name}'`, Object.keys(given));
    }
    const bound = clips[name];
    return { name, variables: variablesOf[name] ?? {}, optimizer, schedule, ...(bound && { clip: bound }) };
  });
  const stepsPerEpoch = Math.ceil(train.numBatches / accumulate);
  const totalSteps = epochs * stepsPerEpoch;
  return { groups, ...(isJoint && { jointClip: clip }), accumulate, stepsPerEpoch, totalSteps };
}

/** The classifier's group holds its variables and those that the method has trained with them. */
function variablesByGroup(
  { variables }: Classifier,
  { name, groups }: Method,
): Readonly<Record<string, NamedVariables>> {
  const { classifier: joining = {}, ...others } = groups;
  const shared = Object.keys(joining).filter((variable) => Object.hasOwn(variables, variable));
  if (shared.length > 0) {
    const rule = "have other names than the classifier's variables";
    throw invalidArgument('fit', `the group 'classifier' of method '${name}'`, rule, shared);
  }
  return { classifier: { ...variables, ...joining }, ...others };
}

function byGroup<T>(
  value: T | Readonly<Record<string, T>>,
  isOne: (value: T | Readonly<Record<string, T>>) => value is T,
  group: string,
): Readonly<Record<string, T>> {
  return isOne(value) ? { [group]: value } : value;
}

function clipsByGroup(
  clip: FitOptions['clip'],
  names: readonly string[],
  method: string,
): Readonly<Record<string, Clip>> {
  if (clip === undefined) return {};
  if (typeof clip !== 'object' || clip === null || isClip(clip)) {
    checkClip('fit', clip);
    return Object.fromEntries(names.map((name) => [name, clip]));
  }
  for (const [name, bound] of Object.entries(clip)) {
    if (!names.includes(name)) {
      throw invalidArgument('fit', 'clip', `be for the groups ${list(names)} of method '${method}'`, name);
    }
    checkClip('fit', bound);
    if ('norm' in bound && bound.jointly) {
      throw invalidArgument(
        'fit',
        `clip.${name}.jointly`,
        'be left out: it is for all groups',
        bound.jointly,
        {
          remedy: `Pass clip: { norm: ${bound.norm}, jointly: true }`,
        },
      );
    }
  }
  return clip;
}

function isClip(clip: NonNullable<FitOptions['clip']>): clip is Clip {
  return Object.values(clip).some((bound) => typeof bound === 'number');
}

function isOptimizer(value: FitOptions['optimizers']): value is Optimizer {
  return typeof value['update'] === 'function';
}

/** Throws where the buffers of one group would pass for another's in a checkpoint. */
function checkNames(names: readonly string[], method: string): void {
  for (const name of names) {
    const within = names.find((other) => name.startsWith(`${other}.`));
    if (within === undefined) continue;
    throw invalidArgument('fit', `groups of method '${method}'`, `not begin with '${within}.'`, name);
  }
}

function list(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
