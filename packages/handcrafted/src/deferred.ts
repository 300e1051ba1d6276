import { checkRange, invalidArgument, type Method, type NamedVariables, type State } from '@mix/core';

/** Options of {@link deferred}. */
export interface DeferredOptions {
  /** Progress from which the second method trains, in `[0,1]`; the published schedules have 160 of 200 epochs. @defaultValue 0.8 */
  readonly from?: number;
  /** Shown in logs and errors. @defaultValue `EARLY, then LATE` */
  readonly name?: string;
}

/**
 * Trains by one method, and from some progress on by another: deferred re-weighting (DRW) is
 * `deferred(fromMixer(mixer), fromMixer(mixer, { loss: classWeighted(softCrossEntropy, weights) }))` with the weights of
 * `effectiveNumberWeights` of `@mix/data`.
 *
 * @param early Before; borrowed.
 * @param late From then on; borrowed.
 * @returns A method with the variables and the state of both. Groups of one name must be the same variables.
 * @see Cao et al. 2019, https://arxiv.org/abs/1906.07413
 */
export function deferred(
  early: Method,
  late: Method,
  { from = 0.8, name = `${early.name}, then ${late.name}` }: DeferredOptions = {},
): Method {
  checkRange('deferred', 'from', from, 0, 1);
  const both = { early, late };
  const at = (progress: number): Method => (progress < from ? early : late);
  return {
    name,
    groups: joinGroups(early.groups, late.groups),
    step: (classifier, batch, context) => at(context.progress).step(classifier, batch, context),
    afterStep: (classifier, context) => at(context.progress).afterStep?.(classifier, context),
    state() {
      const [first, second] = [early.state(), late.state()];
      return {
        tensors: { ...prefixed('early', first.tensors), ...prefixed('late', second.tensors) },
        values: { early: first.values, late: second.values },
      };
    },
    restore({ tensors, values }) {
      for (const [stage, method] of Object.entries(both)) {
        method.restore({
          tensors: unprefixed(stage, tensors),
          values: (values[stage] ?? {}) as State['values'],
        });
      }
    },
  };
}

function joinGroups(early: Method['groups'], late: Method['groups']): Record<string, NamedVariables> {
  for (const name of Object.keys(late)) {
    if (early[name] === undefined || early[name] === late[name]) continue;
    throw invalidArgument('deferred', 'late', `share its group ${name} with early`, name);
  }
  return { ...early, ...late };
}

function prefixed<T>(stage: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${stage}/${name}`, value]));
}

function unprefixed<T>(stage: string, record: Readonly<Record<string, T>>): Record<string, T> {
  const own = Object.entries(record).filter(([name]) => name.startsWith(`${stage}/`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(stage.length + 1), value]));
}
