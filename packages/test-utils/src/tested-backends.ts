import { type BackendName, backendNames, invalidArgument } from '@mix/core';

/**
 * The backends that a test is to run on: its own, or the one that the environment variable `MIX_TEST_BACKEND` names for
 * the whole run (`pnpm test:backend NAME`). For `describe.each`; tests of one particular backend do not ask.
 */
export function testedBackends(...own: readonly BackendName[]): readonly BackendName[] {
  const named = process.env['MIX_TEST_BACKEND'] ?? '';
  if (named === '') return own;
  const backend = backendNames.find((name) => name === named);
  if (backend !== undefined) return [backend];
  throw invalidArgument('testedBackends', 'MIX_TEST_BACKEND', `be one of ${backendNames.join(', ')}`, named);
}
