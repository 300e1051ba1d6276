import type { Rng } from '@mix/core';

/** `count` draws of N(0, 2 / fan): He et al. 2015, https://arxiv.org/abs/1502.01852, as torchvision uses it, mostly with the outputs for fan. */
export function kaimingNormal(rng: Rng, count: number, fan: number): Float32Array {
  return normal(rng, count, Math.sqrt(2 / fan));
}

/** `count` draws of N(0, deviation²). */
export function normal(rng: Rng, count: number, deviation: number): Float32Array {
  return drawn(count, () => rng.normal(0, deviation));
}

/** `count` draws uniform in ±1/√fanIn: PyTorch's default for weights and biases of linear layers and convolutions. */
export function uniformFanIn(rng: Rng, count: number, fanIn: number): Float32Array {
  const bound = 1 / Math.sqrt(fanIn);
  return drawn(count, () => rng.uniform(-bound, bound));
}

// A loop: Float32Array.from takes a quarter longer, and these are millions.
function drawn(count: number, draw: () => number): Float32Array {
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = draw();
  return values;
}
