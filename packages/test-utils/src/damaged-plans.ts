import type { Json, Plan } from '@mix/core';

/** A plan in which one value was replaced. */
export interface DamagedPlan {
  /** Where, and by what: `plan.lam.0 = "x"`. */
  readonly damage: string;
  readonly plan: Plan;
  /** Whether no plan can be read so; elsewhere null may mean that there is nothing. */
  readonly senseless: boolean;
}

/**
 * Every plan that comes from this one by replacing a value, at whatever depth, by a text, or by null: what JSON makes of a number
 * that is none.
 */
export function damagedPlans(plan: Plan): DamagedPlan[] {
  const text = JSON.stringify(plan);
  return pathsOf(JSON.parse(text)).flatMap(({ path, number }) =>
    ['x', null].map((value) => {
      const copy = JSON.parse(text);
      const parent = path.slice(0, -1).reduce((inner, key) => inner[key], copy);
      parent[path.at(-1) as string] = value;
      const damage = `plan.${path.join('.')} = ${JSON.stringify(value)}`;
      return { damage, plan: copy, senseless: value === 'x' || number };
    }),
  );
}

function pathsOf(value: Json): { path: string[]; number: boolean }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    { path: [key], number: typeof inner === 'number' },
    ...pathsOf(inner as Json).map(({ path, number }) => ({ path: [key, ...path], number })),
  ]);
}
