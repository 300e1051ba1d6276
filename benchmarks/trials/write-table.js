import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceBetweenMarkers } from '../report/markdown.js';
import { readTrials } from './run-trials.js';
import { trialsTable } from './trials-table.js';

/** Writes the table of finished runs, all or those that `isIn`, into the README beside their file, between its markers `bench:NAME`. */
export function writeTable(results, name, methods, columns, isIn = () => true) {
  const readme = join(dirname(results), 'README.md');
  const table = trialsTable(readTrials(results).filter(isIn), methods, columns);
  writeFileSync(readme, replaceBetweenMarkers(readFileSync(readme, 'utf8'), name, table));
  console.log(table);
}
