import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config';

type Tests = NonNullable<ViteUserConfig['test']>;

/**
 * How every package runs its tests; packages pass only what differs, and which of their test files replace modules by `vi.mock`.
 * All other files share one process: to load tfjs and its backends anew for each takes longer than most tests.
 */
export function preset(tests: Tests = {}, mocking: readonly string[] = []): ViteUserConfig {
  const { exclude = configDefaults.exclude, setupFiles = [] } = tests;
  const common: Tests = {
    testTimeout: 60_000,
    isolate: false,
    ...tests,
    setupFiles: [
      fileURLToPath(new URL('packages/test-utils/src/leave-nothing.ts', import.meta.url)),
      ...[setupFiles].flat(),
    ],
  };
  if (mocking.length === 0) return defineConfig({ test: common });
  return defineConfig({
    test: {
      ...common,
      projects: [
        { extends: true, test: { name: 'sharing', exclude: [...exclude, ...mocking] } },
        { extends: true, test: { name: 'mocking', include: [...mocking], isolate: true } },
      ],
    },
  });
}
