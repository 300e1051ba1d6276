import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Addon } from './addon.js';

/** What to install where the addon is not built. */
export const remedy =
  'Debian, Ubuntu: apt-get install g++ make libdnnl-dev; Fedora: dnf install gcc-c++ make onednn-devel; ' +
  'macOS: brew install onednn libomp; then: npm rebuild @mix/native';

/** The addon and the instruction set it was built for. */
export interface LoadedAddon {
  readonly addon: Addon;
  /** `'avx512'`, `'avx2'` or `'generic'`. */
  readonly isa: string;
}

let loaded: LoadedAddon | undefined;

/**
 * Loads the build of the addon that fits this processor.
 *
 * @throws Error that says what to install, where it is not built or cannot be loaded.
 */
export function loadAddon(): LoadedAddon {
  loaded ??= load();
  return loaded;
}

function load(): LoadedAddon {
  const require = createRequire(import.meta.url);
  const folder = new URL('../build/', packageRoot());
  const file = (name: string): string => fileURLToPath(new URL(name, folder));
  if (!existsSync(file('detect.node'))) throw new Error(`@mix/native is not built. ${remedy}`);
  const { isa } = require(file('detect.node')) as { isa: string };
  if (isa === 'none') throw new Error('@mix/native needs a processor with AVX2; this one has none');
  const restore = setWaiting();
  try {
    return { addon: require(file(`kernels-${isa}.node`)) as Addon, isa };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`@mix/native does not load (${text}). ${remedy}`, { cause: error });
  } finally {
    restore();
  }
}

// Both src/internal (tests) and dist (users) lie below the package.
function packageRoot(): URL {
  const here = new URL('.', import.meta.url);
  return here.pathname.endsWith('/internal/') ? new URL('../', here) : here;
}

// OpenMP reads its environment when it is loaded, once. Threads that wait shall spin only briefly before they sleep, or a busy
// neighbour on one core stops all of them; what the user has set stands. Children must not inherit it.
function setWaiting(): () => void {
  if (process.env['OMP_WAIT_POLICY'] !== undefined || process.env['GOMP_SPINCOUNT'] !== undefined)
    return () => {};
  process.env['GOMP_SPINCOUNT'] = '10000';
  return () => {
    delete process.env['GOMP_SPINCOUNT'];
  };
}
