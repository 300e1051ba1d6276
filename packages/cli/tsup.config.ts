import { preset } from '../../tsup.preset.js';

// A command has no types to publish.
export default preset({ entry: ['src/main.ts', 'src/train-worker.ts'], dts: false });
