import * as tf from '@tensorflow/tfjs-core';
import { describeReceived, MixError } from '../errors.js';
import { type BackendName, backendNames, candidates } from './candidates.js';
import type { Load } from './load.js';

/** What became of one backend. */
export interface BackendAttempt {
  /** Which backend. */
  readonly name: BackendName;
  /** Whether it was taken. */
  readonly taken: boolean;
  /** Why not, or what to know about it. */
  readonly reason: string;
  /** Packages that it needs. */
  readonly packages: readonly string[];
}

/** What {@link selectBackend} did. */
export interface BackendReport {
  /** The backend that is now active. */
  readonly name: BackendName;
  /** Its name in tfjs: what `tf.getBackend()` says. */
  readonly tfName: string;
  /** Everything that was tried, in order, the taken one last. */
  readonly attempts: readonly BackendAttempt[];
}

/** Options of {@link selectBackend}. */
export interface SelectBackendOptions {
  /**
   * How packages are imported. Pass `(name) => import(name)` from your own module where this package cannot see yours
   * (strict installers); where a bundler must see the imports, a function that picks among static `import('...')` calls.
   * @defaultValue an import from this package
   */
  readonly load?: Load;
}

/**
 * Loads and activates a tfjs backend: the named one, or for `'auto'` the first that works of tfjs-node-gpu, tfjs-node,
 * `@mix/native`, WebGPU, WebAssembly with `@mix/kernels`, plain JavaScript. For applications: no library calls this.
 *
 * @param name A backend's name or `'auto'`.
 * @returns What was taken and why; nothing falls back silently.
 * @throws MixError `BACKEND` when the named one (or, for `'auto'`, every one) cannot be used, with the reasons.
 */
export async function selectBackend(
  name: BackendName | 'auto' = 'auto',
  { load = importHere }: SelectBackendOptions = {},
): Promise<BackendReport> {
  if (name !== 'auto' && !backendNames.includes(name)) {
    throw failure(`must be 'auto' or one of ${backendNames.join(', ')}; got ${describeReceived(name)}`, name);
  }
  const attempts: BackendAttempt[] = [];
  for (const candidate of name === 'auto' ? backendNames : [name]) {
    const { taken, reason } = await bringUp(candidate, load, name === 'auto');
    const { tfName, packages } = candidates[candidate];
    attempts.push({ name: candidate, taken, reason, packages });
    if (taken) return { name: candidate, tfName, attempts };
  }
  const reasons = attempts.map((attempt) => `${attempt.name}: ${attempt.reason}`).join('; ');
  throw failure(`'${name}' cannot be used: ${reasons}`, name);
}

function failure(problem: string, received: unknown): MixError {
  return new MixError(`selectBackend: name ${problem}`, { code: 'BACKEND', argument: 'name', received });
}

type Outcome = Pick<BackendAttempt, 'taken' | 'reason'>;

async function bringUp(name: BackendName, load: Load, auto: boolean): Promise<Outcome> {
  const { tfName, note, prepare, describe, objection, packages } = candidates[name];
  const previous = tf.engine().backendName;
  try {
    const prepared = await prepare(load, auto);
    // setBackend reports failure by its result, and another backend may serve without a word: ask who is there.
    const accepted = await tf.setBackend(tfName);
    if (!accepted || tf.getBackend() !== tfName) throw new Error('tfjs could not initialise it');
    const problem = objection?.(tf.backend()) ?? (await wrongSum());
    if (problem === undefined) return { taken: true, reason: describe?.(prepared) ?? note };
    // Left registered, it would serve under the name of the next candidate.
    tf.removeBackend(tfName);
    throw new Error(problem);
  } catch (error) {
    if (previous && previous !== tf.engine().backendName) await tf.setBackend(previous);
    return { taken: false, reason: explain(error, packages) };
  }
}

async function wrongSum(): Promise<string | undefined> {
  const sum = tf.tidy(() => tf.sum(tf.matMul(tf.ones([2, 3]), tf.ones([3, 2]))));
  try {
    const [value] = await sum.data();
    return value === 12 ? undefined : `it computed 12 as ${value}`;
  } finally {
    tf.dispose(sum);
  }
}

function explain(error: unknown, packages: readonly string[]): string {
  const { code, message } = error as { code?: string; message?: string };
  const text = String(message ?? error).split('\n')[0] ?? '';
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(text)?.[1];
  if (code === 'ERR_MODULE_NOT_FOUND' && missing !== undefined) {
    return `${missing} is not installed (npm install ${packages.join(' ')})`;
  }
  return text;
}

const importHere: Load = (specifier) => import(/* @vite-ignore */ specifier);
