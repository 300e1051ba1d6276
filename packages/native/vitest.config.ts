import { configDefaults, defineConfig } from 'vitest/config';

const sanitized = {
  testTimeout: 600_000,
  setupFiles: ['test/isolate-tensors.ts'],
  exclude: [...configDefaults.exclude, 'src/internal/arena.test.ts'],
};

export default defineConfig({
  test: process.env['MIX_NATIVE_BUILD'] === 'build-asan' ? sanitized : { testTimeout: 60_000 },
});
