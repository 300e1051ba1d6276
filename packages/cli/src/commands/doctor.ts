import { cpus, totalmem } from 'node:os';
import { type BackendName, backendNames, isMixError } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Command } from 'commander';
import { createPrinter } from '../output/printer.js';
import { startBackend } from '../run/start-backend.js';
import { version } from '../version.js';
import { addCommonFlags, type CommonFlags } from './common-flags.js';

/** What one backend is good for here. */
interface Finding {
  readonly name: BackendName;
  readonly usable: boolean;
  /** Why not, or what to know about it. */
  readonly reason: string;
}

/** `mix doctor`. */
export function addDoctorCommand(program: Command, finish: (exitCode: number) => void): void {
  const command = program
    .command('doctor')
    .description("say which tfjs backends work here, what the others lack, and which one 'auto' takes");
  addCommonFlags(command).action(async (flags: CommonFlags) => finish(await doctor(flags)));
}

async function doctor({ json }: CommonFlags): Promise<number> {
  const printer = createPrinter(json === true);
  const cores = cpus().length;
  const memory = Math.round(totalmem() / 2 ** 30);
  const { arch, platform, versions } = process;
  printer.line(`mix ${version}, tfjs ${tf.version_core}, Node ${versions.node} on ${platform} ${arch}`);
  printer.line(`${cores} cores, ${memory} GiB of memory, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`);
  printer.line('');
  printer.line("backends, in the order in which 'auto' tries them:");
  const findings: Finding[] = [];
  for (const name of backendNames) {
    const finding = await examine(name);
    findings.push(finding);
    printer.line(`  ${name.padEnd(8)}  ${finding.usable ? 'works' : '-    '}  ${finding.reason}`);
  }
  // Asked, not concluded: 'auto' passes over some that work when they are named.
  const taken = findings.some(({ usable }) => usable) ? (await startBackend('auto')).name : undefined;
  printer.line('');
  printer.line(
    taken === undefined
      ? "'auto' takes none: nothing works here"
      : `'auto' takes ${taken}; choose another with --backend`,
  );
  printer.result({
    mix: version,
    tfjs: tf.version_core,
    node: versions.node,
    platform,
    arch,
    cores,
    memoryGiB: memory,
    backends: findings,
    auto: taken ?? null,
  });
  return taken === undefined ? 1 : 0;
}

async function examine(name: BackendName): Promise<Finding> {
  try {
    const { attempts } = await startBackend(name);
    return { name, usable: true, reason: attempts[0]?.reason ?? '' };
  } catch (error) {
    if (!isMixError(error)) throw error;
    const prefix = `selectBackend: name '${name}' cannot be used: ${name}: `;
    return { name, usable: false, reason: error.message.replace(prefix, '') };
  }
}
