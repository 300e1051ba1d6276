import { defineConfig } from 'vitest/config';

// For editors and single files from the root, each in a process of its own: `pnpm test` runs every package by its own configuration.
export default defineConfig({
  test: { include: ['packages/*/{src,test}/**/*.test.ts'], testTimeout: 60_000 },
});
