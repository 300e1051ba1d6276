import { preset } from '../../vitest.preset.js';

export default preset({}, ['src/model-table.test.ts', 'src/internal/blur-pool.test.ts']);
