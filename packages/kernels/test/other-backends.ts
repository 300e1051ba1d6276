// By path: these come to depend on this package, so it cannot depend on theirs.
import { startBackend } from '../../test-utils/src/start-backend.js';
import { testedBackends } from '../../test-utils/src/tested-backends.js';

/** Starts the backend that the run is to be on as well, if it is neither of this package's two, and gives its name. */
export async function startOtherBackend(): Promise<void> {
  for (const name of otherBackends) await startBackend(name);
}

/** Names of the backends that `startOtherBackend` starts. */
export const otherBackends = testedBackends().filter((name) => name !== 'wasm' && name !== 'cpu');
