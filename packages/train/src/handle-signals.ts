/** What {@link handleSignals} gives. */
export interface SignalHandling {
  /** Aborted by the first SIGINT or SIGTERM; pass it to `fit`. */
  readonly signal: AbortSignal;
  /** The exit status to end with, if there was a signal: 130 for SIGINT, 143 for SIGTERM. */
  exitCode(): number | undefined;
  /** Gives the signals back to Node's own handling; may be called twice. */
  dispose(): void;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Turns SIGINT and SIGTERM into an `AbortSignal`. The handler only sets that flag; the run finishes its step and saves, and the
 * application exits with `exitCode()`. A second signal exits at once.
 */
export function handleSignals(): SignalHandling {
  const controller = new AbortController();
  let code: number | undefined;
  const listeners = Object.entries(EXIT_CODES).map(([name, exitCode]) => {
    const listener = () => {
      if (code !== undefined) process.exit(exitCode);
      code = exitCode;
      controller.abort(new Error(`stopped by ${name}`));
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose() {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}
