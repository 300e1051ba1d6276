import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { addConfigFlags, configFlagValues } from '../config/config-flags.js';
import { readConfigFile } from '../config/read-config-file.js';
import { resolveConfig } from '../config/resolve-config.js';
import { drawGallery } from '../gallery/draw-gallery.js';
import { writePng } from '../gallery/write-png.js';
import { createPrinter } from '../output/printer.js';
import { drawFirstMixes } from '../run/draw-first-mixes.js';
import { openData } from '../run/open-data.js';
import { startBackend } from '../run/start-backend.js';
import { UsageError } from '../usage-error.js';
import { addCommonFlags, type CommonFlags } from './common-flags.js';

interface PreviewFlags extends CommonFlags {
  readonly config?: string;
  readonly out: string;
  readonly rows: number;
}

/** `mix preview`. */
export function addPreviewCommand(program: Command, finish: (exitCode: number) => void): void {
  const command = program
    .command('preview')
    .description(
      'draw mixed samples as a PNG: both sources, mask, mix, λ; with CutMix unless a mixer is named',
    )
    .option('--config <file>', 'JSON file with the configuration; flags win over it')
    .option('--out <file>', 'the PNG file', 'gallery.png')
    .addOption(new Option('--rows <n>', 'mixed samples to draw').default(6).argParser(parseRows));
  addConfigFlags(
    addCommonFlags(command),
    ({ path, section }) =>
      path === 'seed' || path === 'backend' || section === 'data' || section === 'method',
  );
  command.action(async (flags: PreviewFlags) => {
    await preview(flags, configFlagValues(command));
    finish(0);
  });
}

async function preview(
  { json, config: path, out, rows }: PreviewFlags,
  flags: ReadonlyMap<string, unknown>,
): Promise<void> {
  if (!out.toLowerCase().endsWith('.png')) throw new UsageError(`--out must end in .png; got '${out}'`);
  const printer = createPrinter(json === true);
  const content = path === undefined ? { method: { mixer: 'cutmix' } } : readConfigFile(path);
  const config = resolveConfig({ file: { name: path ?? 'preview', content }, flags });
  const data = await openData(config.data, config.seed);
  await startBackend(config.backend);
  const gallery = await drawFirstMixes(config, data, rows);
  const file = resolve(out);
  await writePng(file, drawGallery(gallery));
  printer.line(`${out}: ${gallery.title}, ${gallery.rows.length} rows`);
  const described = gallery.rows.map(({ lam, sources, targets }) => ({
    lam,
    sources: sources.map(({ label }) => label),
    targets,
  }));
  printer.result({ out: file, title: gallery.title, rows: described });
}

function parseRows(text: string): number {
  const rows = Number(text);
  if (Number.isInteger(rows) && rows >= 1 && rows <= 100) return rows;
  throw new UsageError(`--rows must be an integer from 1 to 100; got '${text}'`);
}
