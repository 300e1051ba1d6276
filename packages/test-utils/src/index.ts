export type { MixerContract } from './describe-mixer.js';
export { describeMixer } from './describe-mixer.js';
export { tinyBatch } from './tiny-batch.js';
