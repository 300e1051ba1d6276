import { configDefaults } from 'vitest/config';
import { preset } from '../../vitest.preset.js';

const apart = ['src/internal/available-threads.test.ts', 'src/register-native.test.ts'];
const sanitized = {
  testTimeout: 600_000,
  setupFiles: ['test/isolate-tensors.ts'],
  exclude: [...configDefaults.exclude, 'src/internal/arena.test.ts', 'src/internal/kept-filters.test.ts'],
};

export default process.env['MIX_NATIVE_BUILD'] === 'build-asan'
  ? preset(sanitized, apart)
  : preset({}, apart);
