import { preset } from '../../vitest.preset.js';

export default preset({}, ['src/file-checkpoint-store.test.ts']);
