// Builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer and runs the tests on it; arguments go to vitest.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));
execFileSync('node', ['scripts/build.mjs', '--sanitize'], { cwd: here, stdio: 'inherit' });
const library = execFileSync(process.env.CXX ?? 'g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
const { status } = spawnSync('vitest', ['run', ...process.argv.slice(2)], {
  cwd: here,
  stdio: 'inherit',
  env: {
    ...process.env,
    LD_PRELOAD: library.trim(),
    // Node itself leaks by intention. Of too much memory the tests ask on purpose.
    ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1:detect_stack_use_after_return=0',
    UBSAN_OPTIONS: 'print_stacktrace=1',
    MIX_NATIVE_BUILD: 'build-asan',
    MIX_NATIVE_REQUIRED: '1',
  },
});
process.exit(status ?? 1);
