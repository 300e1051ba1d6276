import { isMixError } from '@mix/core';

/** An error on one line; with `debug` also where it came from, and what caused it. */
export function describeError(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as { code?: unknown; path?: unknown };
  const fileProblem = typeof code === 'string' && typeof path === 'string' ? fileProblems[code] : undefined;
  const said = isMixError(error) ? inFlags(error.message) : error.message;
  const message = fileProblem === undefined ? said : `${path}: ${fileProblem}`;
  const line =
    message
      .split('\n')
      .map((part) => part.trim())
      .filter(Boolean)
      .join(' ') || error.name;
  if (!debug) return line;
  const cause = error.cause === undefined ? '' : `\ncaused by ${describeError(error.cause, true)}`;
  return `${line}\n${error.stack ?? ''}${cause}`;
}

// The library advises its options; who types commands has flags for them.
function inFlags(message: string): string {
  return (
    message
      .replace(/set onCorrupt to '(\w+)' or '(\w+)'/, 'pass --on-corrupt $1 or --on-corrupt $2')
      // What is quoted is a value, and stays as it is.
      .replace(
        /"(?:[^"\\]|\\.)*"|(?<![\w/.'-])(?:onCorrupt|maxCorrupt|imageSize)(?![\w/]|\.\w)/g,
        (name) => flagOf[name] ?? name,
      )
      .replace(/(--(?:max-corrupt|image-size)) = /g, '$1 ')
      .replace(/^(?:automix|samix|adautomix): stage must/, '--mask-stage must')
      .replace(/^loadState: prefix must/, '--weights-prefix must')
      .replace(/Pass (head|prefix|positions): '([^']*)'/g, 'Pass --weights-$1 $2')
  );
}

const flagOf: Readonly<Record<string, string>> = {
  onCorrupt: '--on-corrupt',
  maxCorrupt: '--max-corrupt',
  imageSize: '--image-size',
};

/** What the file system's codes mean. */
export const fileProblems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EROFS: 'the file system is read only',
  EISDIR: 'is a folder, not a file',
  ENOTDIR: 'is a file, not a folder',
  ENOSPC: 'the disk is full',
  EEXIST: 'is there already',
};
