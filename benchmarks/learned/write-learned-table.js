import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { markdownTable, replaceBetweenMarkers } from '../report/markdown.js';
import { readTrials } from '../trials/run-trials.js';
import { meanAndDeviation } from '../trials/trials-table.js';
import { ablations, compared } from './methods.js';

const heads = {
  student: 'student',
  studentMix: 'student, mixup head',
  teacher: 'teacher',
  teacherMix: 'teacher, mixup head',
};

const accuracyColumns = ['method', 'head', 'accuracy, %', 'calibration error, %', 'seeds'];
const maskColumns = [
  ...['method', 'seed', 'epoch', 'learned mask', 'constant λ', 'equal blend'],
  ...['mean', 'spread', 'entropy'],
];

/** Writes accuracy and calibration by method and head, and what became of the masks, into the README beside the results, if there is one. */
export function writeLearnedTable(results) {
  const trials = readTrials(results);
  const tables = {
    learned: markdownTable(accuracyColumns, accuracyRows(trials, Object.keys(compared))),
    ablations: markdownTable(accuracyColumns, accuracyRows(trials, Object.keys(ablations))),
    masks: markdownTable(maskColumns, trials.flatMap(maskRows)),
  };
  console.log(tables.learned);
  const readme = join(dirname(results), 'README.md');
  if (!existsSync(readme)) return;
  const text = Object.entries(tables).reduce(
    (page, [name, table]) => replaceBetweenMarkers(page, name, table),
    readFileSync(readme, 'utf8'),
  );
  writeFileSync(readme, text);
}

function accuracyRows(trials, names) {
  return names.flatMap((name) => {
    const own = trials.filter(({ method }) => method === name);
    return Object.entries(heads)
      .filter(([head]) => own[0]?.heads[head] !== undefined)
      .map(([head, label]) => {
        const of = (what) => meanAndDeviation(own.map((trial) => trial.heads[head][what]));
        return [name, label, of('top1'), of('ece'), own.length];
      });
  });
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
