export { fileCheckpointStore } from './file-checkpoint-store.js';
export type { SignalHandling } from './handle-signals.js';
export { handleSignals } from './handle-signals.js';
export { jsonlLog, readRecords } from './jsonl-log.js';
export { makeFolder } from './make-folder.js';
export type { OpenRunFolderOptions, RunFolder } from './open-run-folder.js';
export { openRunFolder } from './open-run-folder.js';
