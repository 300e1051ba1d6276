import { join } from 'node:path';
import type { Command } from 'commander';
import { addConfigFlags, configFlagValues } from '../config/config-flags.js';
import type { Config } from '../config/config-schema.js';
import { resolveConfig } from '../config/resolve-config.js';
import { formatScores } from '../output/format-epoch.js';
import { createPrinter } from '../output/printer.js';
import { createProgressBar } from '../output/progress-bar.js';
import { printSummary } from '../quickstart/print-summary.js';
import { learnedMethod, recipe } from '../quickstart/recipe.js';
import { runSideBySide } from '../quickstart/run-side-by-side.js';
import { type ClaimedFolder, claimFolder, claimNewFolder } from '../run/claim-folder.js';
import { handleStops } from '../run/handle-stops.js';
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
    .description(
      'train a small ResNet without mixing, with CutMix and with AutoMix on the embedded data set, in about a minute',
    );
  addConfigFlags(addCommonFlags(command), ({ path }) => flagPaths.includes(path));
  command.action(async (flags: CommonFlags) => finish(await quickstart(flags, configFlagValues(command))));
}

async function quickstart(
  { json, debug }: CommonFlags,
  flags: ReadonlyMap<string, unknown>,
): Promise<number> {
  const printer = createPrinter(json === true);
  const { method: _, ...bare } = recipe;
  // Another mixer has its own defaults.
  const content = flags.has('method.mixer') ? bare : recipe;
  const config = resolveConfig({ file: { name: 'quickstart', content }, flags });
  if (config.method.mixer === 'none')
    throw new UsageError('--mixer must be one that mixes: the run beside it has none');
  if (config.out !== undefined) requireFreeFolder(config.out);
  const data = await openData(config.data, config.seed);
  const backend = await startBackend(config.backend);
  const methods = methodsOf(config);
  const names = methods.map(({ mixer }) => mixer);
  const folders = claimFolders(config, names);
  const found = { ...config, backend: backend.name, data: data.config };
  const configs = methods.map((method, index) => ({ ...found, method, out: folders[index]?.path ?? '' }));
  printer.line(
    `mix trains a small ResNet ${names.length} times, side by side: ${names.join(', ')}, same seed, same batches.`,
  );
  printer.line(
    `Accuracy (top1) is measured on unmixed test images after every epoch; it takes about a minute.`,
  );
  printer.line(`backend  ${describeBackend(backend)}`);
  printer.line(`data     ${describeData(data)}`);
  printer.line('');
  const stops = handleStops();
  const bar = createProgressBar();
  try {
    const outcomes = await runSideBySide({
      configs,
      signal: stops.signal,
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
    return stops.exitCode() ?? 0;
  } finally {
    bar.clear();
    for (const folder of folders) folder.release();
    stops.dispose();
  }
}

// The baseline first; everything but the mixer is the same, the seed included.
function methodsOf({ method }: Config): readonly Config['method'][] {
  const resolve = (content: object): Config['method'] =>
    resolveConfig({ file: { name: 'quickstart', content: { method: content } }, flags: new Map() }).method;
  const learned = method.mixer === learnedMethod.mixer ? [] : [resolve(learnedMethod)];
  return [resolve({ mixer: 'none' }), method, ...learned];
}

// One folder in another for each run; the outer one last, so that it is left last.
function claimFolders({ out }: Config, names: readonly string[]): readonly ClaimedFolder[] {
  const outer = out === undefined ? claimNewFolder('quickstart') : claimFolder(out);
  return [...names.map((name) => claimFolder(join(outer.path, name))), outer];
}
