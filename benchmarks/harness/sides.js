import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.js';
import { hasFlag } from './machine.js';

const ownChild = fileURLToPath(new URL('../children/mix.js', import.meta.url));
const torchChild = fileURLToPath(new URL('../children/torch_child.py', import.meta.url));
const require = createRequire(import.meta.url);

/**
 * Who is measured. `peer` marks PyTorch: of several layouts the faster one is the peer. `baseline` sides take minutes a step,
 * or cannot train: they are only asked for one step of the smallest model.
 */
export const sides = {
  native: { label: 'mix, native', backend: 'native', packages: ['@mix/native'] },
  wasm: { label: 'mix, WebAssembly (one thread)', backend: 'wasm', packages: ['@mix/kernels'] },
  'tfjs-cpu': { label: 'tfjs alone, cpu', backend: 'plain-cpu', packages: [], baseline: true },
  'tfjs-wasm': { label: 'tfjs alone, wasm', backend: 'plain-wasm', packages: [], baseline: true },
  'torch-cl': { label: 'PyTorch, channels_last', layout: 'channels_last', peer: true },
  'torch-nchw': { label: 'PyTorch, NCHW', layout: 'nchw', peer: true },
};

/** Those of the names that take part in every measurement. */
export function mainSides(names) {
  return names.filter((name) => !sides[name].baseline);
}

/** Those of the names that are only asked for one step. */
export function baselineSides(names) {
  return names.filter((name) => sides[name].baseline);
}

/** Why a side cannot run here, or undefined. */
export function absence(name, python) {
  const side = sides[name];
  if (side.peer) return existsSync(python) ? undefined : `there is no ${python}`;
  const missing = side.packages.find((specifier) => !resolves(specifier));
  return missing === undefined ? undefined : `${missing} is not installed or not built`;
}

function resolves(specifier) {
  try {
    return existsSync(require.resolve(specifier));
  } catch {
    return false;
  }
}

/** Starts the process of a side with that many threads. */
export function startSide(name, { threads, python }) {
  const { layout, backend } = sides[name];
  const env = { OMP_NUM_THREADS: String(threads) };
  if (layout === undefined) {
    const variables = { ...env, MIX_NATIVE_THREADS: String(threads) };
    return startChild(process.execPath, ['--expose-gc', ownChild, backend], variables);
  }
  // Debian's OpenBLAS takes an AVX2 kernel on some processors that have AVX-512.
  if (hasFlag('avx512f')) env.OPENBLAS_CORETYPE = 'SkylakeX';
  return startChild(python, [torchChild, layout, String(threads)], env);
}
