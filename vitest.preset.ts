import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config';

type Tests = NonNullable<ViteUserConfig['test']>;

const leaveNothing = fileURLToPath(new URL('packages/test-utils/src/leave-nothing.ts', import.meta.url));

/**
 * How every package runs its tests. Its files share one process: to load tfjs and its backends anew for each takes longer than most tests.
 *
 * @param tests What differs in this package.
 * @param apart Files that need a process of their own: those that replace modules by `vi.mock`, or reset tfjs.
 */
export function preset(tests: Tests = {}, apart: readonly string[] = []): ViteUserConfig {
  const { exclude = configDefaults.exclude, setupFiles = [] } = tests;
  const sharing: Tests = {
    isolate: false,
    exclude: [...exclude, ...apart],
    setupFiles: [leaveNothing, ...[setupFiles].flat()],
  };
  const common: Tests = { testTimeout: 60_000, ...tests };
  if (apart.length === 0) return defineConfig({ test: { ...common, ...sharing } });
  return defineConfig({
    test: {
      testTimeout: 60_000,
      projects: [
        { test: { ...common, ...sharing, name: 'sharing' } },
        { test: { ...common, setupFiles, include: [...apart], name: 'apart' } },
      ],
    },
  });
}
