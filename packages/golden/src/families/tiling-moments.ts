import type { Rng } from '@mix/core';
import { planRicap } from '@mix/handcrafted';

/** Draws `count` values of a named quantity of a tiling; undefined for others. */
export function tilingSampler(
  name: string,
  config: { readonly [key: string]: unknown },
  [count, height, width]: readonly [number, number, number],
  rng: Rng,
): (() => number[]) | undefined {
  if (!name.startsWith('ricap_')) return undefined;
  const beta = config['beta'] as number;
  // One row a plan: partners do not matter here, and permutations of all rows would.
  const weights = (): number[][] =>
    Array.from({ length: count }, () => {
      const [y = 0, x = 0] = planRicap([1, height, width], rng, { beta }).points[0] ?? [];
      const [down, across] = [y / height, x / width];
      return [down * across, (1 - down) * across, down * (1 - across), (1 - down) * (1 - across)];
    });
  return name.includes('max_weight')
    ? () => weights().map((row) => Math.max(...row))
    : () => weights().map(([first = 0]) => first);
}
