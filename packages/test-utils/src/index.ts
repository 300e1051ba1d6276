export { chiSquareOfUniform } from './chi-square-of-uniform.js';
export type { MixerContract } from './describe-mixer.js';
export { describeMixer } from './describe-mixer.js';
export { describeOnBackends } from './describe-on-backends.js';
export { startBackend } from './start-backend.js';
export { testedBackends } from './tested-backends.js';
export { tinyBatch } from './tiny-batch.js';
export { useBackend } from './use-backend.js';
