import { preset } from '../../vitest.preset.js';

export default preset({}, ['src/model-table.test.ts', 'src/backends/blur-pool.test.ts']);
