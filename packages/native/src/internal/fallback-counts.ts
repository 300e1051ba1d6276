import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

const counts = new Map<string, number>();

type Call = Parameters<KernelConfig['kernelFunc']>[0];

/** Runs the CPU backend's kernel and counts it. */
export function fallBack(
  name: string,
  config: KernelConfig | undefined,
  call: Call,
): TensorInfo | TensorInfo[] {
  if (config === undefined)
    throw new Error(`the native kernel ${name} does not take these inputs, and no other does`);
  counts.set(name, (counts.get(name) ?? 0) + 1);
  return config.kernelFunc(call);
}

/**
 * Which kernels ran as the CPU backend's plain JavaScript since the last {@link resetFallbacks}, and how often: what to look at where
 * a step is slower than it should be.
 *
 * @returns A new map from kernel names to counts, the most frequent first.
 */
export function fallbacks(): Map<string, number> {
  return new Map([...counts].sort((a, b) => b[1] - a[1]));
}

/** Starts the counts of {@link fallbacks} again. */
export function resetFallbacks(): void {
  counts.clear();
}
