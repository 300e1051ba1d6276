import type { Command } from 'commander';

/** What every command understands. */
export interface CommonFlags {
  readonly json?: true;
  readonly debug?: true;
}

/** Adds `--json` and `--debug`. */
export function addCommonFlags(command: Command): Command {
  return command
    .option('--json', 'print one JSON document on stdout and nothing else there')
    .option('--debug', 'show where an error came from (also MIX_DEBUG=1)');
}
