import { relative } from 'node:path';

/** A path for people: relative where it lies under the working directory. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' ? '.' : near.startsWith('..') ? path : near;
}

/** A path as a word of a command line that can be pasted: {@link shownPath}, quoted where a shell needs that. */
export function pathArgument(path: string, platform: NodeJS.Platform = process.platform): string {
  const near = shownPath(path);
  if (platform === 'win32') return /^[\w@%+=:,./\\~-]+$/.test(near) ? near : `"${near}"`;
  const word = near.startsWith('-') ? `./${near}` : near;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
