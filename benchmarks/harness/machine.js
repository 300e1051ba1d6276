import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

const notable = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'avx512_fp16', 'amx_tile'];

/** What the figures depend on, for the record. */
export function describeMachine() {
  return {
    cpu: cpus()[0].model,
    cores: availableParallelism(),
    flags: notable.filter(hasFlag),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: release(),
  };
}

/** Whether the processor has a feature, by its name in /proc/cpuinfo. */
export function hasFlag(flag) {
  return flags().has(flag);
}

/** Processes that wanted to run in the last minute, on average. */
export function load() {
  return Number(loadavg()[0].toFixed(2));
}

let known;
function flags() {
  known ??= new Set(/^flags\s*:\s*(.*)$/m.exec(read('/proc/cpuinfo'))?.[1].split(' '));
  return known;
}

function release() {
  return /^PRETTY_NAME="(.*)"$/m.exec(read('/etc/os-release'))?.[1] ?? process.platform;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
