import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { markdownTable, replaceBetweenMarkers } from '../report/markdown.js';
import { readTrials } from '../trials/run-trials.js';
import { meanAndDeviation } from '../trials/trials-table.js';

const heads = {
  student: 'student',
  studentMix: 'student, mixup head',
  teacher: 'teacher',
  teacherMix: 'teacher, mixup head',
};

/** Writes accuracy and calibration by method and head, and what became of the masks, into the README beside the results, if there is one. */
export function writeLearnedTable(results, names) {
  const trials = readTrials(results);
  const rows = [];
  const masks = [];
  for (const name of names) {
    const own = trials.filter(({ method }) => method === name);
    const first = own[0];
    if (first === undefined) continue;
    for (const [head, label] of Object.entries(heads)) {
      if (first.heads[head] === undefined) continue;
      const of = (what) => meanAndDeviation(own.map((trial) => trial.heads[head][what]));
      rows.push([name, label, of('top1'), of('ece'), own.length]);
    }
    for (const { seed, masks: seen } of own) {
      for (const { epoch, learned, constant, equal, mean, spread, entropy } of every(seen ?? [], 4)) {
        masks.push([
          name,
          seed,
          epoch,
          ...[learned, constant, equal, mean, spread, entropy].map((n) => n.toFixed(3)),
        ]);
      }
    }
  }
  const tables = {
    learned: markdownTable(['method', 'head', 'accuracy, %', 'calibration error, %', 'seeds'], rows),
    masks: markdownTable(
      ['method', 'seed', 'epoch', 'learned mask', 'constant λ', 'equal blend', 'mean', 'spread', 'entropy'],
      masks,
    ),
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

/** About `count` of a list, evenly, its last among them. */
function every(list, count) {
  const stride = Math.max(1, Math.ceil(list.length / count));
  return list.filter((_, index) => (list.length - 1 - index) % stride === 0);
}
