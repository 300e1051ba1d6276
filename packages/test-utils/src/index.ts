export type { MixerContract } from './describe-mixer.js';
export { describeMixer } from './describe-mixer.js';
export { startBackend } from './start-backend.js';
export { testedBackends } from './tested-backends.js';
export { tinyBatch } from './tiny-batch.js';
export { useBackend } from './use-backend.js';
