import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable, replaceBetweenMarkers } from '../report/markdown.js';
import { readTrials } from '../trials/run-trials.js';
import { meanAndDeviation } from '../trials/trials-table.js';
import { ablations, compared } from './methods.js';
import { series } from './series.js';

const heads = {
  student: 'student',
  studentMix: 'student, mixup head',
  teacher: 'teacher',
  teacherMix: 'teacher, mixup head',
};

const accuracyColumns = ['method', 'head', 'accuracy, %', 'calibration error, %', 'seeds'];
const shortColumns = [
  ...['method', 'head', 'accuracy, %', 'seeds', 'PyTorch, %', 'seeds'],
  'an earlier PyTorch version, one seed, %',
];
const judgedColumns = [
  ...['method', 'seed', 'masks', 'pairs', 'learned mask', 'constant λ', 'equal blend'],
  'standard error',
];
const maskColumns = [
  ...['method', 'seed', 'epoch', 'learned mask', 'constant λ', 'equal blend'],
  ...['mean', 'spread', 'entropy'],
];

/** Writes accuracy and calibration by method and head, and what became of the masks, into the README of a folder of results, if there is one. */
export function writeLearnedTables(folder) {
  const { long, short } = series;
  const names = Object.keys({ ...compared, ...ablations });
  const trials = readTrials(join(folder, long.file)).sort(
    (a, b) => names.indexOf(a.method) - names.indexOf(b.method) || a.seed - b.seed,
  );
  const tables = {
    learned: markdownTable(accuracyColumns, accuracyRows(trials, Object.keys(compared))),
    ablations: markdownTable(accuracyColumns, accuracyRows(trials, Object.keys(ablations))),
    judged: markdownTable(judgedColumns, trials.flatMap(judgedRows)),
    masks: markdownTable(maskColumns, trials.flatMap(maskRows)),
    short: shortTable(readTrials(join(folder, short.file)), readTrials(join(folder, short.peerFile)), short),
  };
  console.log(tables.learned);
  console.log(tables.short);
  const readme = join(folder, 'README.md');
  if (!existsSync(readme)) return;
  const text = Object.entries(tables).reduce(
    (page, [name, table]) => replaceBetweenMarkers(page, name, table),
    readFileSync(readme, 'utf8'),
  );
  writeFileSync(readme, text);
}

function accuracyRows(trials, names) {
  return rowsByHead(trials, names, (_, head, shares) => [shares(head, 'top1'), shares(head, 'ece')]);
}

function shortTable(trials, peerTrials, { methods, peers }) {
  const cell = (values) => (values.length > 0 ? meanAndDeviation(values) : '');
  const rows = rowsByHead(trials, methods, (method, head, shares) => {
    const { mixer, earlier } = peers[method];
    const theirs = peerTrials.filter((trial) => trial.mixer === mixer && head === 'student');
    return [
      shares(head, 'top1'),
      ...[cell(theirs.map(({ top1 }) => top1)), theirs.length || ''],
      cell(head in earlier ? [earlier[head]] : []),
    ];
  });
  return markdownTable(
    shortColumns,
    rows.map(([method, head, own, theirs, seeds, earlier, ownSeeds]) => [
      ...[method, head, own, ownSeeds, theirs, seeds, earlier],
    ]),
  );
}

/** A row for each head of each method that has runs: method, head, the cells that `cellsOf` makes of it, and how many seeds. */
function rowsByHead(trials, methods, cellsOf) {
  return methods.flatMap((method) => {
    const own = trials.filter((trial) => trial.method === method);
    const shares = (head, what) => meanAndDeviation(own.map((trial) => trial.heads[head][what]));
    return Object.keys(heads)
      .filter((head) => own[0]?.heads[head] !== undefined)
      .map((head) => [method, heads[head], ...cellsOf(method, head, shares), own.length]);
  });
}

function judgedRows({ method, seed, judged = {} }) {
  return Object.entries(judged).map(([name, { pairs, ...losses }]) => [
    ...[method, seed, name === 'adjusted' ? 'rescaled to λ' : 'as drawn', pairs],
    ...Object.values(losses).map((loss) => loss.toFixed(4)),
  ]);
}

function maskRows({ method, seed, masks = [] }) {
  return every(masks, 4).map(({ epoch, ...seen }) => {
    const { learned, constant, equal, mean, spread, entropy } = seen;
    return [
      ...[method, seed, epoch],
      ...[learned, constant, equal, mean, spread, entropy].map((number) => number.toFixed(3)),
    ];
  });
}

/** About `count` of a list, evenly, its last among them. */
function every(list, count) {
  const stride = Math.max(1, Math.ceil(list.length / count));
  return list.filter((_, index) => (list.length - 1 - index) % stride === 0);
}
