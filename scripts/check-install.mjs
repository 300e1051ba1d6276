// Packs the packages, installs them in an empty folder as a user would, and runs the README's example there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'mix-install-'));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const startNative = `
import { registerNative } from '@mix/native';
try { console.log(registerNative()); } catch (error) { console.log(error.message); }`;

try {
  for (const name of ['core', 'handcrafted', 'native']) {
    run('npx', ['--yes', 'pnpm@10.34.9', 'pack', '--pack-destination', folder], join(root, 'packages', name));
  }
  const tarballs = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'empty', private: true, type: 'module' }),
  );
  const peers = ['core', 'layers', 'backend-cpu'].map((name) => `@tensorflow/tfjs-${name}@4.22.0`);
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', ...tarballs.map((file) => `./${file}`), ...peers],
    folder,
  );

  const example = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
  const kept = readFileSync(join(root, 'examples/custom-loop/main.js'), 'utf8');
  if (example !== kept)
    throw new Error('the README and examples/custom-loop/main.js show two different loops');
  writeFileSync(join(folder, 'main.js'), example);
  const output = run('node', ['main.js'], folder);
  const accuracy = Number(/clean accuracy (\d\.\d+)/.exec(output)?.[1]);
  if (!(accuracy > 0.9)) throw new Error(`the example printed ${JSON.stringify(output)}`);
  const native = run('node', ['--input-type=module', '--eval', startNative], folder).trim();
  const built = /^\{ isa: /.test(native);
  const excused =
    process.env.MIX_NATIVE_REQUIRED !== '1' && /^@mix\/native is not built\. To build it: /.test(native);
  if (!built && !excused) throw new Error(`@mix/native says ${JSON.stringify(native)}`);
  console.log(`native: ${native}`);
  console.log(`install: ${tarballs.join(', ')}; the README's example says: clean accuracy ${accuracy}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
