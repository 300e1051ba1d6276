import * as tf from '@tensorflow/tfjs-core';
import { Command, CommanderError } from 'commander';
import { addDoctorCommand } from './commands/doctor.js';
import { addPreviewCommand } from './commands/preview.js';
import { addQuickstartCommand } from './commands/quickstart.js';
import { addTrainCommand } from './commands/train.js';
import { describeError } from './output/describe-error.js';
import { UsageError } from './usage-error.js';
import { version } from './version.js';

/**
 * Runs the command line and gives the exit code: 0 done, 1 failed, 2 called wrongly, 130 or 143 stopped by SIGINT or
 * SIGTERM, 141 by a stdout that was closed.
 *
 * @param words What follows `mix`.
 */
export async function runCli(words: readonly string[]): Promise<number> {
  // Without it tfjs greets everybody who uses it in Node.
  tf.enableProdMode();
  let exitCode = 0;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return reportCommander(error);
    const debug = words.includes('--debug') || process.env['MIX_DEBUG'] === '1';
    process.stderr.write(`mix: ${describeError(error, debug)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** The program with its commands; `finish` gets the exit code of the one that ran. */
export function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('mix')
    .description('Mixed-sample data augmentation for TensorFlow.js')
    .version(version)
    .exitOverride()
    // Errors are printed once, by runCli, on one line.
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true });
  // Subcommands copy these settings when they are made.
  addTrainCommand(program, finish);
  addPreviewCommand(program, finish);
  addDoctorCommand(program, finish);
  addQuickstartCommand(program, finish);
  return program;
}

function reportCommander({ exitCode, code, message }: CommanderError): number {
  if (exitCode === 0 || code === 'commander.help') return exitCode === 0 ? 0 : 2;
  const line = message.replace(/^error: /, '').replace(/\s*\(Did you mean (.*)\?\)$/s, '; did you mean $1?');
  process.stderr.write(`mix: ${line}\n`);
  return 2;
}
