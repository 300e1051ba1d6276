// Bundles single imports as a user's bundler would, tfjs left out, and holds them to a budget of minified bytes.
import { build } from 'esbuild';

const budgets = [
  ['mixup alone', "export { mixup } from '@mix/handcrafted';", 6000],
  ['cutmix alone', "export { cutmix } from '@mix/handcrafted';", 10_400],
  ['all of @mix/handcrafted', "export * from '@mix/handcrafted';", 104_500],
  ['softCrossEntropy alone', "export { softCrossEntropy } from '@mix/core';", 2700],
  ['all of @mix/core', "export * from '@mix/core';", 58_800],
];
let failed = 0;
for (const [name, contents, limit] of budgets) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: new URL('../examples/custom-loop', import.meta.url).pathname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    external: ['@tensorflow/*'],
  });
  const size = outputFiles[0].contents.length;
  if (size > limit) failed++;
  console.log(`${size > limit ? 'over' : 'ok  '} ${String(size).padStart(6)} of ${limit} bytes  ${name}`);
}
process.exit(failed === 0 ? 0 : 1);
