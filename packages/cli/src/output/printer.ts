/** Where a command's words go: results on stdout, the rest on stderr. */
export interface Printer {
  /** A line for people, on stdout; nothing with `--json`. */
  line(text: string): void;
  /** A remark that is no result, on stderr. */
  note(text: string): void;
  /** The whole result as one JSON document on stdout; nothing without `--json`. */
  result(value: unknown): void;
}

/** Prints lines for people, or one JSON document. */
export function createPrinter(json: boolean): Printer {
  return {
    line(text) {
      if (!json) process.stdout.write(`${text}\n`);
    },
    note: (text) => void process.stderr.write(`mix: ${text}\n`),
    result(value) {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
  };
}
