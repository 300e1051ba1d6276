import { expect, it } from 'vitest';
import { type Layouts, layoutOf } from './layout.js';
import type { Plan } from './plan.js';

const shape = [2, 3, 4] as const;
const identity: Plan = { method: 'identity', shape };
/** Shows rows in the order of the plan. */
const order = (...sources: number[]): Plan => ({ method: 'order', shape, sources }) as Plan;
const layouts: Layouts = {
  order: ({ sources }: { sources: number[] }) => ({
    size: [3, 4],
    rows: sources.map((source) => [{ source, from: [0, 0, 3, 4], to: [0, 0, 3, 4] }]),
  }),
  tall: () => ({ size: [6, 4], rows: [[], []] }),
};
const combined = (method: string, parts: object): Plan => ({ method, shape, ...parts });
const sources = (plan: Plan): (number | undefined)[] =>
  layoutOf('test', plan, layouts).rows.map(([layer]) => layer?.source);

it('takes the plans of combinators apart as replay does', () => {
  expect(sources(identity)).toEqual([0, 1]);
  expect(sources(combined('choose', { choice: 3, plan: order(1, 0) }))).toEqual([1, 0]);
  expect(sources(combined('during', { plan: combined('withProb', { plan: identity }) }))).toEqual([0, 1]);
  const rows = combined('perSample', { choice: [2, 0], plans: [order(1, 0), null, identity] });
  expect(sources(rows)).toEqual([0, 0]);
  expect(sources(combined('firstHalf', { plan: order(1, 0) }))).toEqual([1]);
  expect(sources(combined('repeat', { plans: [order(1, 0), identity] }))).toEqual([1, 0, 0, 1]);
});

it.each([
  [null as never, /test: plan must be a plan, with method and shape \[B,H,W\]; got null/],
  [{ method: 'identity', shape: [2, 3] } as never, /plan must be a plan/],
  [{ method: 'identity', shape: [2, 3, -1] } as never, /plan must be a plan/],
  [combined('choose', { choice: 0 }), /plan must be a plan.*got undefined/],
  [
    combined('choose', { plan: { ...identity, shape: [1, 3, 4] } }),
    /plan.plan.shape must be \[2,3,4\] as around/,
  ],
  [
    combined('perSample', { choice: [0, 1], plans: [identity, null] }),
    /plan.choice must name a plan for each/,
  ],
  [combined('perSample', { choice: [0], plans: [identity] }), /plan.choice must name a plan for each of 2/],
  [combined('perSample', { choice: [0, 0], plans: 'x' }), /plan.plans must be a list/],
  [combined('repeat', { plans: [] }), /plan.plans must be a list/],
  [
    combined('repeat', { plans: [identity, combined('tall', {})] }),
    /plan.plans must make images of one size/,
  ],
  [combined('unknown', {}), /plan.method must have a layout; got "unknown". Pass { unknown: layoutUnknown }/],
  [combined('toString', {}), /plan.method must have a layout/],
])('refuses what it cannot take apart: %j', (plan, message) => {
  expect(() => layoutOf('test', plan, layouts)).toThrow(message);
});
