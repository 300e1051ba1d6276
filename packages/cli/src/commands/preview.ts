import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { addConfigFlags, configFlagValues } from '../config/config-flags.js';
import { configOptions } from '../config/config-options.js';
import { readConfigFile } from '../config/read-config-file.js';
import { resolveConfig } from '../config/resolve-config.js';
import { drawGallery } from '../gallery/draw-gallery.js';
import { drawSweep } from '../gallery/draw-sweep.js';
import { writePng } from '../gallery/write-png.js';
import { createPrinter, type Printer } from '../output/printer.js';
import { drawFirstMixes, readFirstImages } from '../run/draw-first-mixes.js';
import { drawLearnedMasks } from '../run/draw-learned-masks.js';
import { openData } from '../run/open-data.js';
import { resolveRun } from '../run/resolve-run.js';
import { hasCheckpoint } from '../run/restore-newest.js';
import { startBackend } from '../run/start-backend.js';
import { UsageError } from '../usage-error.js';
import { addCommonFlags, type CommonFlags } from './common-flags.js';

interface PreviewFlags extends CommonFlags {
  readonly config?: string;
  readonly run?: string;
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
    .option('--run <folder>', 'draw the masks that this run has learned, for λ from 0 to 1')
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
  { json, config: path, run, out, rows }: PreviewFlags,
  flags: ReadonlyMap<string, unknown>,
): Promise<void> {
  if (!out.toLowerCase().endsWith('.png')) throw new UsageError(`--out must end in .png; got '${out}'`);
  const printer = createPrinter(json === true);
  if (run !== undefined) return previewRun(printer, { run, out, rows, path }, flags);
  const content = path === undefined ? { method: { mixer: 'cutmix' } } : readConfigFile(path);
  const config = resolveConfig({ file: { name: path ?? 'preview', content }, flags });
  const data = await openData(config.data, config.seed);
  await startBackend(config.backend);
  const images = await readFirstImages(config, data, rows);
  const gallery = await drawFirstMixes(config, data, images, { count: rows });
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

// A run has its own configuration; only the backend may be another.
async function previewRun(
  printer: Printer,
  {
    run,
    out,
    rows: count,
    path,
  }: Pick<PreviewFlags, 'out' | 'rows'> & { readonly run: string; readonly path?: string | undefined },
  flags: ReadonlyMap<string, unknown>,
): Promise<void> {
  // Here --out is the picture, not the run's folder.
  const own = new Map([...flags].filter(([key]) => key !== 'out'));
  const foreign = [...own.keys()].find((key) => key !== 'backend' && key !== 'data.path');
  if (path !== undefined || foreign !== undefined) {
    const flag = path !== undefined ? 'config' : configOptions().find((one) => one.path === foreign)?.flag;
    throw new UsageError(
      `--${flag} must be left out with --run: the run has its own; only --backend and --data may differ`,
    );
  }
  if (!hasCheckpoint(run)) {
    throw new Error(
      `--run: ${run} must be a run's folder with a checkpoint, which the end of an epoch brings; it has none`,
    );
  }
  const config = resolveRun({ resume: run, flags: own, note: printer.note });
  if (!('generatorLearningRate' in config.method)) {
    throw new UsageError(
      `--run must be of a mixer that learns its masks; got one with '${config.method.mixer}'`,
    );
  }
  const data = await openData(config.data, config.seed);
  await startBackend(config.backend);
  const gallery = await drawLearnedMasks(config, data, { folder: run, count, note: printer.note });
  const file = resolve(out);
  await writePng(file, drawSweep(gallery));
  printer.line(`${out}: ${gallery.title}, ${gallery.rows.length} pairs`);
  for (const remark of gallery.remarks) printer.line(remark);
  const { title, constant } = gallery;
  const described = gallery.rows.map(({ steps }) =>
    steps.map(({ lam, shown, spread }) => ({ lam, shown, spread })),
  );
  printer.result({ out: file, title, constant, pairs: described });
}

function parseRows(text: string): number {
  const rows = Number(text);
  if (Number.isInteger(rows) && rows >= 1 && rows <= 100) return rows;
  throw new UsageError(`--rows must be an integer from 1 to 100; got '${text}'`);
}
