import { join } from 'node:path';
import { handleSignals } from '@mix/train/node';
import type { Command } from 'commander';
import { addConfigFlags, configFlagValues } from '../config/config-flags.js';
import type { Config } from '../config/config-schema.js';
import { resolveConfig } from '../config/resolve-config.js';
import { formatScores } from '../output/format-epoch.js';
import { createPrinter } from '../output/printer.js';
import { createProgressBar } from '../output/progress-bar.js';
import { printSummary } from '../quickstart/print-summary.js';
import { recipe } from '../quickstart/recipe.js';
import { runSideBySide } from '../quickstart/run-side-by-side.js';
import { type ClaimedFolder, claimFolder, claimNewFolder } from '../run/claim-folder.js';
import { describeData, openData } from '../run/open-data.js';
import { requireFreeFolder } from '../run/require-free-folder.js';
import { describeBackend, startBackend } from '../run/start-backend.js';
import { UsageError } from '../usage-error.js';
import { addCommonFlags, type CommonFlags } from './common-flags.js';

const flagPaths = [
  'seed',
  'out',
  'backend',
  'data.trainLimit',
  'data.testLimit',
  'train.epochs',
  'method.mixer',
];

/** `mix quickstart`. */
export function addQuickstartCommand(program: Command, finish: (exitCode: number) => void): void {
  const command = program
    .command('quickstart')
    .description('train a small ResNet with and without mixing on the embedded data set, in about a minute');
  addConfigFlags(addCommonFlags(command), ({ path }) => flagPaths.includes(path));
  command.action(async (flags: CommonFlags) => finish(await quickstart(flags, configFlagValues(command))));
}

async function quickstart(
  { json, debug }: CommonFlags,
  flags: ReadonlyMap<string, unknown>,
): Promise<number> {
  const printer = createPrinter(json === true);
  const config = resolveConfig({ file: { name: 'quickstart', content: recipe }, flags });
  if (config.method.mixer === 'none')
    throw new UsageError('--mixer must be one that mixes: the run beside it has none');
  if (config.out !== undefined) requireFreeFolder(config.out);
  const data = await openData(config.data, config.seed);
  const backend = await startBackend(config.backend);
  const folders = claimFolders(config);
  const configs = sideBySide({ ...config, backend: backend.name, data: data.config }, folders);
  const names = configs.map(({ method }) => method.mixer);
  printer.line(
    `mix trains a small ResNet twice, side by side: ${names.join(' and ')}, same seed, same batches.`,
  );
  printer.line(
    `Accuracy (top1) is measured on unmixed test images after every epoch; it takes about a minute.`,
  );
  printer.line(`backend  ${describeBackend(backend)}`);
  printer.line(`data     ${describeData(data)}`);
  printer.line('');
  const signals = handleSignals();
  const bar = createProgressBar();
  try {
    const outcomes = await runSideBySide({
      configs,
      signal: signals.signal,
      debug: debug === true || process.env['MIX_DEBUG'] === '1',
      onEpoch(records) {
        bar.clear();
        const runs = records.map((record, index) => `${names[index]}: ${formatScores(record)}`);
        const seconds = Math.max(...records.map((record) => record.seconds));
        printer.line(
          `epoch ${records[0]?.epoch}/${config.train.epochs}  ${runs.join('   ')}   ${seconds.toFixed(1)}s`,
        );
      },
      onProgress: (done, total) => bar.update(done, total, 'training'),
    });
    bar.clear();
    printSummary(printer, configs, outcomes);
    return signals.exitCode() ?? 0;
  } finally {
    bar.clear();
    for (const folder of folders) folder.release();
    signals.dispose();
  }
}

// The baseline first; everything but the mixer is the same, the seed included.
function sideBySide(
  config: Config,
  folders: readonly ClaimedFolder[],
): readonly (Config & { readonly out: string })[] {
  const baseline = resolveConfig({ flags: new Map<string, unknown>([['method.mixer', 'none']]) }).method;
  return [baseline, config.method].map((method, index) => ({
    ...config,
    method,
    out: folders[index]?.path ?? '',
  }));
}

// One folder in another for each run; the outer one last, so that it is left last.
function claimFolders({ out, method }: Config): readonly ClaimedFolder[] {
  const outer = out === undefined ? claimNewFolder('quickstart') : claimFolder(out);
  return [...['none', method.mixer].map((mixer) => claimFolder(join(outer.path, mixer))), outer];
}
