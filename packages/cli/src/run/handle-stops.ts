import { handleSignals } from '@mix/train/node';

/** What asks a training to save and stop. */
export interface StopHandling {
  /** Aborted by SIGINT, by SIGTERM, and when nobody reads stdout any more. */
  readonly signal: AbortSignal;
  /** The exit status to end with, if there was a reason to stop: 130, 143, or 141 for a closed stdout, as a shell says of SIGPIPE. */
  exitCode(): number | undefined;
  /** Gives the signals back to Node's own handling. */
  dispose(): void;
}

let output: AbortController | undefined;

/** Stops by signals, and by a stdout that cannot be written to: a training is saved before the process ends. */
export function handleStops(): StopHandling {
  const signals = handleSignals();
  const { signal: closed } = watchOutput();
  return {
    signal: AbortSignal.any([signals.signal, closed]),
    exitCode: () => signals.exitCode() ?? (closed.aborted ? closed.reason.exitCode : undefined),
    dispose: signals.dispose,
  };
}

/** Whether somebody handles a closed stdout, so that the process must not be ended for it. */
export function handlesOutput(): boolean {
  return output !== undefined;
}

// Once for the process, and for good: errors of what was written last come after the training has returned.
function watchOutput(): AbortController {
  if (output !== undefined) return output;
  const controller = new AbortController();
  output = controller;
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) =>
    // Every further line fails too; only the first one aborts.
    controller.abort(
      Object.assign(new Error(`stdout cannot be written to: ${message}`), {
        exitCode: code === 'EPIPE' ? 141 : 1,
      }),
    ),
  );
  return controller;
}
