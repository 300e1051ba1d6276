// By path: the package of these depends on this one, so this one cannot depend on it.
export { startBackend } from '../../test-utils/src/start-backend.js';
export { testedBackends } from '../../test-utils/src/tested-backends.js';
export { useBackend } from '../../test-utils/src/use-backend.js';
