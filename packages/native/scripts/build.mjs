// Builds the C++ addon with make, a compiler and oneDNN.
//   --optional  one line, and success, on a machine without them: what npm runs when the package is installed
//   --sanitize  with AddressSanitizer and UndefinedBehaviorSanitizer, into build-asan, for MIX_NATIVE_BUILD=build-asan
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { include_dir as headers } from 'node-api-headers';

const optional = process.argv.includes('--optional');
const sanitize = process.argv.includes('--sanitize');
const script = fileURLToPath(import.meta.url);
const here = dirname(dirname(script));
const compiler = process.env.CXX ?? 'g++';
const sanitizers = '-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g';

const { status, error, stderr } = spawnSync(
  'make',
  [
    '--silent',
    `-j${availableParallelism()}`,
    `CXX=${compiler}`,
    `NODE_HEADERS=${headers}`,
    `OUT=${join(here, sanitize ? 'build-asan' : 'build')}`,
    ...(sanitize ? [`SANITIZE=${sanitizers}`] : []),
  ],
  // Messages are matched below: in English.
  { cwd: join(here, 'addon'), encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
);

if (status !== 0) {
  const output = `${error?.message ?? ''}${stderr ?? ''}`.trim();
  const problem = `@mix/native was not built: ${reason(output)}. ${remedy()}`;
  if (optional) {
    console.log(problem);
  } else {
    console.error(`${output}\n${problem}`);
    process.exitCode = 1;
  }
}

function reason(output) {
  if (output.includes('spawnSync make ENOENT')) return 'make is not installed';
  if (output.includes(`${compiler}: No such file`) || output.includes(`${compiler}: not found`))
    return `${compiler} is not installed`;
  if (/dnnl\.hpp|-ldnnl/.test(output)) return 'oneDNN is not installed';
  return output.split('\n').find((line) => /error/i.test(line)) ?? 'the build failed';
}

function remedy() {
  const needs = JSON.parse(readFileSync(join(here, 'scripts/needs.json'), 'utf8'));
  const systems = Object.entries(needs).map(([system, command]) => `${system}: ${command}`);
  const file = relative(process.env.INIT_CWD ?? process.cwd(), script);
  return `To build it: ${systems.join('; ')}; then: node ${file}`;
}
