import type { Options } from 'tsup';

/** The one build that every package shares; packages pass only what differs (their entry points). */
export function preset(options: Options = {}): Options {
  return {
    entry: ['src/index.ts'],
    format: ['esm'],
    target: 'node20',
    // tsup injects `baseUrl`, which TypeScript 6 calls deprecated.
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
    sourcemap: true,
    // By Rollup, which joins the imports of one package: esbuild keeps one for every source file, and so would a user's bundle.
    treeshake: true,
    clean: true,
    ...options,
  };
}
