import { type BackendName, type BackendReport, selectBackend } from '@mix/core';
import { commandName } from '../output/command-name.js';

/** Brings up a tfjs backend. Packages are looked up from here, where an installed command finds those beside it. */
export function startBackend(name: BackendName | 'auto'): Promise<BackendReport> {
  return selectBackend(name, { load: (specifier) => import(specifier) });
}

/** The report on one line: what was taken, and what was passed over. */
export function describeBackend({ name, attempts }: BackendReport): string {
  const taken = attempts.find((attempt) => attempt.taken);
  const passed = attempts.filter((attempt) => !attempt.taken).map((attempt) => attempt.name);
  const others =
    passed.length === 0 ? '' : `; ${passed.join(', ')} cannot be used, '${commandName()} doctor' says why`;
  return `${name} (${taken?.reason ?? ''}${others})`;
}
