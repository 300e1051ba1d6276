import { join, resolve } from 'node:path';
import type { TrainRecord } from '@mix/train';
import { readRecords } from '@mix/train/node';
import type { Command } from 'commander';
import { addConfigFlags, configFlagValues } from '../config/config-flags.js';
import type { Config } from '../config/config-schema.js';
import { headOf } from '../factories/learned/training-keys.js';
import { commandName } from '../output/command-name.js';
import { formatScores } from '../output/format-epoch.js';
import { methodName } from '../output/method-name.js';
import { createPrinter, type Printer } from '../output/printer.js';
import { pathArgument, shownPath } from '../output/shown-path.js';
import { createTrainReporter } from '../output/train-reporter.js';
import { type ClaimedFolder, claimFolder, claimNewFolder } from '../run/claim-folder.js';
import { handleStops } from '../run/handle-stops.js';
import { lockFolder } from '../run/lock-folder.js';
import { describeData, openData } from '../run/open-data.js';
import { resolveRun } from '../run/resolve-run.js';
import { runTraining, type TrainingOutcome } from '../run/run-training.js';
import { describeBackend, startBackend } from '../run/start-backend.js';
import { addCommonFlags, type CommonFlags } from './common-flags.js';

interface TrainFlags extends CommonFlags {
  readonly config?: string;
  readonly resume?: string;
}

/** `mix train`. */
export function addTrainCommand(program: Command, finish: (exitCode: number) => void): void {
  const command = program
    .command('train')
    .description('train a classifier with mixed samples; every key of the configuration is also a flag')
    .option('--config <file>', 'JSON file with the configuration; flags win over it')
    .option('--resume <folder>', 'go on with the run in this folder, exactly where it was');
  addConfigFlags(addCommonFlags(command));
  command.action(async (flags: TrainFlags) => finish(await train(flags, configFlagValues(command))));
}

async function train(
  { json, config: file, resume }: TrainFlags,
  flags: ReadonlyMap<string, unknown>,
): Promise<number> {
  const printer = createPrinter(json === true);
  const request = resolveRun({ file, resume, flags, note: printer.note });
  const stops = handleStops();
  const reporter = createTrainReporter(printer, resume === undefined ? [] : logged(resume));
  let folder: ClaimedFolder | undefined;
  try {
    const data = await openData(request.data, request.seed);
    const backend = await startBackend(request.backend);
    folder = resume === undefined ? claimFor(request) : claimAgain(resume);
    const { weights, ...model } = request.model;
    const config = {
      ...request,
      backend: backend.name,
      data: data.config,
      // From the root on, for a resumption from elsewhere.
      model: { ...model, ...(weights !== undefined && { weights: resolve(weights) }) },
      out: folder.path,
    };
    printer.line(`backend  ${describeBackend(backend)}`);
    printer.line(`data     ${describeData(data)}`);
    printer.line(
      `run      ${config.model.name} with mixer ${describeMethod(config)}, seed ${config.seed}, in ${shownPath(config.out)}`,
    );
    const outcome = await runTraining({
      config,
      data,
      resume: resume !== undefined,
      signal: stops.signal,
      onRecord: reporter.onRecord,
      onProgress: reporter.onProgress,
      onNote: reporter.onNote,
    });
    reporter.close();
    // Where nobody reads stdout any more, stderr may still say how to go on.
    printOutcome(stops.exitCode() === 141 ? { ...printer, line: printer.note } : printer, config, outcome);
    return stops.exitCode() ?? 0;
  } finally {
    reporter.close();
    folder?.release();
    stops.dispose();
  }
}

// Only for what is said of the masks: a run goes on without its log too.
function logged(folder: string): readonly TrainRecord[] {
  try {
    return readRecords(join(folder, 'metrics.jsonl'));
  } catch {
    return [];
  }
}

function describeMethod(config: Config): string {
  const { method } = config;
  return `${methodName(config)}${'head' in method ? `, evaluated by head ${headOf(method)}` : ''}`;
}

function claimFor({ out, method, labels, model }: Config): ClaimedFolder {
  if (out !== undefined) return claimFolder(out);
  return claimNewFolder(method.mixer, ...(labels.rule === 'mixed' ? [] : [labels.rule]), model.name);
}

function claimAgain(folder: string): ClaimedFolder {
  return { path: resolve(folder), release: lockFolder(resolve(folder)) };
}

function printOutcome(
  printer: Printer,
  { out, method, train: { epochs } }: Config & { readonly out: string },
  { stopped, step, epochsDone, last, best, corrupt }: TrainingOutcome,
): void {
  if (corrupt > 0) {
    const samples =
      corrupt === 1 ? '1 sample is unusable, and was' : `${corrupt} samples are unusable, and were`;
    printer.note(`${samples} left out or replaced`);
  }
  if (stopped) {
    printer.line(
      `stopped  after epoch ${epochsDone}/${epochs}, step ${step}; go on with: ${commandName()} train --resume ${pathArgument(out)}`,
    );
  } else if (best !== undefined && last !== undefined) {
    printer.line(`best     epoch ${best.epoch}/${epochs} ${formatScores(best)}`);
    printer.line(`last     epoch ${last.epoch}/${epochs} ${formatScores(last)}`);
    printer.line(`files    ${shownPath(out)}: metrics.jsonl, config.json, gallery.png, checkpoints`);
  }
  printer.result({
    out,
    ...('head' in method && { head: headOf(method) }),
    stopped,
    step,
    epochsDone,
    last: last ?? null,
    best: best ?? null,
    corrupt,
  });
}
