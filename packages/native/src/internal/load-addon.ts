import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import needs from '../../scripts/needs.json' with { type: 'json' };
import type { Addon } from './addon.js';

/** The addon and the instruction set it was built for. */
export interface LoadedAddon {
  readonly addon: Addon;
  readonly isa: Isa;
}

/** An instruction set that the addon is built for; `'generic'` on processors that are not x86-64. */
export type Isa = 'avx512' | 'avx2' | 'generic';

interface Detection {
  readonly isa: Isa | 'none';
  setVariable(name: string, value?: string): void;
}

let loaded: LoadedAddon | undefined;

/**
 * Loads the build of the addon that fits this processor: from `build/`, or the folder that `MIX_NATIVE_BUILD` names, which is
 * for working on the addon.
 *
 * @throws Error that says what to install, where it is not built or cannot be loaded.
 */
export function loadAddon(): LoadedAddon {
  loaded ??= load();
  return loaded;
}

function load(): LoadedAddon {
  const require = createRequire(import.meta.url);
  const folder = process.env['MIX_NATIVE_BUILD'] ?? 'build';
  const file = (name: string): string => fileURLToPath(new URL(`${folder}/${name}`, packageRoot()));
  if (!existsSync(file('detect.node'))) throw new Error(`@mix/native is not built. ${remedy()}`);
  const { isa, setVariable } = require(file('detect.node')) as Detection;
  if (isa === 'none') throw new Error('@mix/native needs a processor with AVX2; this one has none');
  const limitsSpinning = ['OMP_WAIT_POLICY', 'GOMP_SPINCOUNT'].every(
    (name) => process.env[name] === undefined,
  );
  try {
    if (limitsSpinning) setVariable('GOMP_SPINCOUNT', SPIN_COUNT);
    return { addon: require(file(`kernels-${isa}.node`)) as Addon, isa };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`@mix/native does not load (${text}). ${remedy()}`, { cause: error });
  } finally {
    if (limitsSpinning) setVariable('GOMP_SPINCOUNT');
  }
}

// How often an OpenMP thread looks for work before it sleeps. OpenMP reads it when it is loaded, once; children must not inherit it.
// libgomp's own 300000 lets one busy neighbour stop all threads: with a core taken by another process, steps of convolutions
// took 3 times as long as on one thread, small operations 40 times. With 3000 the gaps within a step are still spun through.
const SPIN_COUNT = '3000';

// src/internal (tests) lies two folders below the package, dist (users) one.
function packageRoot(): URL {
  return new URL(import.meta.url.endsWith('/src/internal/load-addon.ts') ? '../../' : '../', import.meta.url);
}

function remedy(): string {
  const systems = Object.entries(needs).map(([system, command]) => `${system}: ${command}`);
  const script = relative(process.cwd(), fileURLToPath(new URL('scripts/build.mjs', packageRoot())));
  return `To build it: ${systems.join('; ')}; then: node ${script}`;
}
