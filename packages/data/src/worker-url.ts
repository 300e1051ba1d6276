/** The built worker: beside the built package, or in `dist` when the sources themselves are run, as by the tests. */
export const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/decode-worker.js' : './decode-worker.js',
  import.meta.url,
);
