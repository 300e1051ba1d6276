/** An error on one line; with `debug` also where it came from, and what caused it. */
export function describeError(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as { code?: unknown; path?: unknown };
  const fileProblem = typeof code === 'string' && typeof path === 'string' ? fileProblems[code] : undefined;
  const message = fileProblem === undefined ? error.message : `${path}: ${fileProblem}`;
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

const fileProblems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EROFS: 'the file system is read only',
  EISDIR: 'is a folder, not a file',
  ENOTDIR: 'is a file, not a folder',
  ENOSPC: 'the disk is full',
  EEXIST: 'is there already',
};
