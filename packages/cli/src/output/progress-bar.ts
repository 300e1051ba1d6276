import cliProgress from 'cli-progress';

/** A bar that comes and goes; see {@link createProgressBar}. */
export interface ProgressBar {
  /** Shows that `done` of `total` steps are done. */
  update(done: number, total: number, text: string): void;
  /** Takes the bar away, so that a line can be printed; the next update brings it back. */
  clear(): void;
}

/** A live bar on stderr where that is a terminal, and nothing elsewhere. */
export function createProgressBar(): ProgressBar {
  const { stderr } = process;
  if (!stderr.isTTY) return { update: () => undefined, clear: () => undefined };
  let bar: cliProgress.SingleBar | undefined;
  return {
    update(done, total, text) {
      if (bar === undefined) {
        bar = new cliProgress.SingleBar(
          {
            format: '{text} {bar} {value}/{total}',
            barsize: 24,
            clearOnComplete: true,
            stream: stderr,
          },
          cliProgress.Presets.shades_classic,
        );
        bar.start(total, done, { text });
        return;
      }
      bar.setTotal(total);
      bar.update(done, { text });
    },
    clear() {
      bar?.stop();
      bar = undefined;
    },
  };
}
