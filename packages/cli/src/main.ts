#!/usr/bin/env node
import { handlesOutput } from './run/handle-stops.js';
import { runCli } from './run-cli.js';

// A reader that has seen enough (`mix doctor | head -1`) is no failure; a training saves first, and ends by itself.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!handlesOutput()) process.exit(error.code === 'EPIPE' ? 0 : 1);
});
// Remarks that nobody reads are no reason to end.
process.stderr.on('error', () => undefined);

runCli(process.argv.slice(2)).then(
  (exitCode) => {
    // Some backends keep the process alive, so it is ended, once all that was written is through.
    process.stdout.write('', () => process.exit(exitCode));
  },
  (error: unknown) => {
    process.stderr.write(`mix: ${String(error)}\n`);
    process.exit(1);
  },
);
