// Builds the C++ addon with make, a compiler and oneDNN. `--optional` makes a machine without them a single line instead of a failure.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { include_dir as headers } from 'node-api-headers';

const optional = process.argv.includes('--optional');
const sanitize = process.argv.includes('--sanitize');
const here = dirname(dirname(fileURLToPath(import.meta.url)));

const compiler = process.env.CXX ?? 'g++';
const flags = sanitize ? ['SANITIZE=-fsanitize=address -fno-omit-frame-pointer -g'] : [];
const result = spawnSync(
  'make',
  [
    '--silent',
    `-j${availableParallelism()}`,
    `CXX=${compiler}`,
    `NODE_HEADERS=${headers}`,
    `OUT=${join(here, sanitize ? 'build-asan' : 'build')}`,
    ...flags,
  ],
  { cwd: join(here, 'addon'), encoding: 'utf8' },
);

if (result.status !== 0) {
  const output = `${result.error?.message ?? ''}${result.stderr ?? ''}`;
  if (!optional) process.stderr.write(output);
  const message = `@mix/native was not built (${reason(output)}). ${remedy()}`;
  if (optional) console.log(message);
  else {
    console.error(message);
    process.exitCode = 1;
  }
}

function reason(output) {
  if (/dnnl\.hpp/.test(output)) return 'oneDNN is not installed';
  if (/spawnSync make ENOENT/.test(output)) return 'make is not installed';
  if (/not found|No such file or directory/.test(output) && output.includes(compiler))
    return `${compiler} is not installed`;
  return output.trim().split('\n')[0] || 'the build failed';
}

function remedy() {
  return 'To build it: Debian, Ubuntu: apt-get install g++ make libdnnl-dev; Fedora: dnf install gcc-c++ make onednn-devel; macOS: brew install onednn libomp; then `npm rebuild @mix/native`.';
}
