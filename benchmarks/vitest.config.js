import { preset } from '../vitest.preset.ts';

export default preset({ include: ['**/*.test.js'], testTimeout: 300_000 });
