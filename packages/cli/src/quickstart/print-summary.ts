import type { Config } from '../config/config-schema.js';
import { commandName } from '../output/command-name.js';
import { formatPercent } from '../output/format-epoch.js';
import type { Printer } from '../output/printer.js';
import { pathArgument, shownPath } from '../output/shown-path.js';
import type { TrainingOutcome } from '../run/run-training.js';

/** Prints the results side by side, what they are worth, and what to do next. */
export function printSummary(
  printer: Printer,
  configs: readonly (Config & { readonly out: string })[],
  outcomes: readonly TrainingOutcome[],
): void {
  const runs = configs.map(({ method, out }, index) => ({
    mixer: method.mixer,
    out,
    ...(outcomes[index] as TrainingOutcome),
  }));
  printer.result(
    runs.map(({ mixer, out, stopped, last = null, best = null }) => ({
      mixer,
      out,
      stopped,
      last,
      best,
    })),
  );
  printer.line('');
  printer.line('mixer           top1    best top1   run folder');
  for (const { mixer, out, last, best } of runs) {
    const end = last?.validation;
    const cells = [
      mixer.padEnd(14),
      (end === undefined ? '-' : `${formatPercent(end.top1)} %`).padEnd(6),
      (best?.validation === undefined ? '-' : `${formatPercent(best.validation.top1)} %`).padEnd(10),
      shownPath(out),
    ];
    printer.line(cells.join('  '));
  }
  printer.line('');
  if (runs.some(({ stopped }) => stopped)) {
    printer.line('Stopped. Go on with each by:');
    for (const { out } of runs.filter(({ stopped }) => stopped)) {
      printer.line(`  ${commandName()} train --resume ${pathArgument(out)}`);
    }
    return;
  }
  const [plain, ...mixed] = runs;
  for (const run of mixed) printer.line(verdict(plain, run));
  printer.line('Each folder has metrics.jsonl, config.json, gallery.png (look at it) and checkpoints.');
  printer.line('');
  printer.line('Try next:');
  for (const [words, purpose] of next) {
    printer.line(`  # ${purpose}`);
    printer.line(`  ${commandName()} ${words}`);
  }
}

const next = [
  ['preview --mixer cutmix --out cutmix.png', 'see what another mixer does'],
  ['train --data path/to/cifar10 --mixer cutmix --epochs 200', 'train ResNet-20 on real images'],
  [
    'train --mixer mixup+cutmix --model cifar-resnet --depth 8',
    'any mixer on the embedded images, and longer',
  ],
  ['doctor', 'find out which backends work here'],
  ['train --help', 'every option with its default'],
] as const;

type Run = TrainingOutcome & { readonly mixer: string };

function verdict(baseline: Run | undefined, { mixer: name, last }: Run): string {
  const [plain, mixed] = [baseline?.last?.validation, last?.validation];
  if (plain === undefined || mixed === undefined) return '';
  const points = 100 * (mixed.top1 - plain.top1);
  // Standard error of the difference of two shares on the same number of test images, as if they were independent.
  const noise =
    200 * Math.sqrt((plain.top1 * (1 - plain.top1) + mixed.top1 * (1 - mixed.top1)) / plain.count);
  const size = `${Math.abs(points).toFixed(1)} points`;
  if (Math.abs(points) <= noise)
    return `${name} and no mixing end within noise of each other (${size}): a run of a minute is too short to tell them apart.`;
  return points > 0
    ? `${name} ends ${size} above no mixing.`
    : `${name} ends ${size} below no mixing: mixing makes the first epochs harder; it is for longer runs, on images that are soon learned by heart.`;
}
