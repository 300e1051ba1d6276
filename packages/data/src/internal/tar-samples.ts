import { createReadStream } from 'node:fs';
import { MixError } from '@mix/core';
import { type Extract, extract } from 'tar-stream';

/** One sample of a shard: where its image lies in the file, or why it has none. */
export type ShardSample = { readonly key: string; readonly label: number } & (
  | { readonly offset: number; readonly length: number }
  | { readonly reason: string }
);

type Entry = Extract extends AsyncIterable<infer E> ? E : never;
type Group = {
  readonly key: string;
  label?: number;
  image?: { readonly offset: number; readonly length: number };
  problem?: string;
};

const imageExtensions = new Set(['jpg', 'jpeg', 'png', 'webp']);
const maxLabelBytes = 1 << 20;
// A class that is beyond all data sets is damage; a list of names as long as it says would take all memory.
const maxClasses = 1_000_000;

/**
 * Reads a shard of the WebDataset layout once, as a stream, and keeps nothing of the images: consecutive entries that
 * share a name up to its first dot are one sample. Damage comes as samples with a reason.
 */
export async function* readTarSamples(path: string): AsyncGenerator<ShardSample, void, undefined> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const entries = extract();
  file.on('error', (error) => entries.destroy(error));
  file.pipe(entries);
  let group: Group | undefined;
  let end = 0;
  try {
    for await (const entry of entries) {
      const { name, type, size = 0 } = entry.header;
      checkEntryName(path, name);
      // The header's last block comes right before the bytes.
      const offset = entry.offset + 512;
      end = offset + size;
      const [key, extension] = splitName(name);
      if ((type !== 'file' && type !== 'contiguous-file') || extension === '') {
        entry.resume();
        continue;
      }
      if (group?.key !== key) {
        if (group !== undefined) yield* finish(group);
        group = { key };
      }
      await take(group, entry, extension, offset, size);
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'FORMAT') throw error;
    yield* cutShort(group, end, file.bytesRead, error);
    return;
  } finally {
    file.destroy();
  }
  if (group !== undefined) yield* finish(group);
}

async function take(
  group: Group,
  entry: Entry,
  extension: string,
  offset: number,
  size: number,
): Promise<void> {
  if (extension === 'cls' || extension === 'json') {
    if (size > maxLabelBytes) group.problem = `its .${extension} has ${size} bytes`;
    else {
      const text = await textOf(entry);
      const label = extension === 'cls' ? parseInteger(text) : labelOfJson(text);
      if (label !== undefined && label >= maxClasses) {
        group.problem = `its class is ${label}, beyond the ${maxClasses} that there may be`;
      } else if (label !== undefined) group.label = label;
      else if (extension === 'cls')
        group.problem = `its .cls is not an integer: ${JSON.stringify(text.slice(0, 40))}`;
    }
  } else if (imageExtensions.has(extension.toLowerCase())) group.image = { offset, length: size };
  entry.resume();
}

function* finish({ key, label, image, problem }: Group): Generator<ShardSample, void, undefined> {
  // Neither image nor label: something else that lies in the shard, such as a read-me.
  if (image === undefined && label === undefined && problem === undefined) return;
  if (problem !== undefined) yield { key, label: -1, reason: problem };
  else if (label === undefined)
    yield { key, label: -1, reason: 'it has no label: no .cls, and no .json with "label" or "cls"' };
  else if (image === undefined)
    yield { key, label, reason: 'it has no image: no .jpg, .jpeg, .png or .webp' };
  else yield { key, label, ...image };
}

// The sample that the end fell into is the damaged one; between samples, the shard itself gets a line.
function* cutShort(
  group: Group | undefined,
  end: number,
  bytesRead: number,
  error: unknown,
): Generator<ShardSample, void, undefined> {
  const reason = error instanceof Error ? (error.message.split('\n')[0] as string) : String(error);
  const cut = end > bytesRead;
  if (group?.image !== undefined && group.label !== undefined && !cut) {
    yield* finish(group);
    yield { key: '', label: -1, reason: `the shard is damaged after byte ${end}: ${reason}` };
  } else if (cut) {
    yield {
      key: group?.key ?? '',
      label: group?.label ?? -1,
      reason: `the shard ends at byte ${bytesRead}, inside this sample`,
    };
  } else {
    yield { key: group?.key ?? '', label: -1, reason: `the shard is damaged after byte ${end}: ${reason}` };
  }
}

/** Throws for a name that leads out of the folder it would be unpacked to. */
function checkEntryName(path: string, name: string): void {
  const reason = /^[/\\]|^[A-Za-z]:/.test(name)
    ? 'is absolute'
    : name.split(/[/\\]/).includes('..')
      ? "contains '..'"
      : name.includes('\0')
        ? 'contains a NUL'
        : undefined;
  if (reason === undefined) return;
  throw new MixError(
    `openTarShards: entry ${JSON.stringify(name)} of ${path} ${reason}. Such a shard is not to be trusted; make it again with relative names`,
    { code: 'FORMAT', argument: path, received: name },
  );
}

function splitName(name: string): readonly [key: string, extension: string] {
  const base = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', base);
  const start = name.startsWith('./') ? 2 : 0;
  return dot < 0 || dot === base ? [name, ''] : [name.slice(start, dot), name.slice(dot + 1)];
}

async function textOf(entry: Entry): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parseInteger(text: string): number | undefined {
  return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : undefined;
}

function labelOfJson(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { label, cls } = value as { readonly label?: unknown; readonly cls?: unknown };
    const found = label ?? cls;
    return Number.isSafeInteger(found) && (found as number) >= 0 ? (found as number) : undefined;
  } catch {
    return undefined;
  }
}
