// Runs all tests on one backend: `pnpm test:backend native`, or with packages of mix after it: `... webgpu core models`.
// Tests of particular backends keep theirs; a backend that cannot be used fails the tests, nothing falls back.
import { spawnSync } from 'node:child_process';

const [backend, ...packages] = process.argv.slice(2);
if (backend === undefined) {
  console.error('test-backend: name a backend, e.g. pnpm test:backend wasm');
  process.exit(2);
}
const filters = packages.map((name) => `--filter=@mix/${name}`);
const { status } = spawnSync(
  'turbo',
  // One package at a time, and patiently: WebGPU on a software adapter is slow.
  ['run', 'test', '--concurrency=1', '--continue', ...filters, '--', '--testTimeout=1200000'],
  { stdio: 'inherit', env: { ...process.env, MIX_TEST_BACKEND: backend } },
);
process.exit(status ?? 1);
