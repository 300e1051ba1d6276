import { sides } from '../harness/sides.js';
import { learnedMethods, learnedModel, plainMethod } from '../workloads/learned.js';
import { workloads } from '../workloads/workloads.js';
import { markdownTable, milliseconds, times } from './markdown.js';
import { leftOut, measured, plural } from './steps-table.js';

const header = [
  'step',
  'side',
  'ms a step, median (least to greatest)',
  'of its own plain step',
  "of PyTorch's time",
];

/** Tables of the learned mixers' steps, one for each thread count. */
export function learnedTables({ rows }) {
  const counts = [...new Set(rows.map(({ threads }) => threads))];
  const tables = counts.map((threads) => {
    const of = rows.filter((row) => row.threads === threads);
    const plain = of.find(({ method }) => method === plainMethod);
    const { label, batch } = workloads[learnedModel];
    const title = `**${label}, batch ${batch}, ${plural(threads, 'thread')}**`;
    return `${title}\n\n${markdownTable(
      header,
      of.flatMap((row) => rowsOfMethod(row, plain)),
    )}`;
  });
  const notes = leftOut(rows, ({ method }) => learnedMethods[method]);
  return [...tables, ...(notes.length > 0 ? [notes.map((line) => `- ${line}.`).join('\n')] : [])].join(
    '\n\n',
  );
}

function rowsOfMethod({ method, peer, results }, plain) {
  return measured(results).map(([name, { median, low, high }], index) => {
    const own = plain?.results[name]?.median;
    const against = results[peer]?.median;
    return [
      index === 0 ? learnedMethods[method] : '',
      sides[name].label,
      `${milliseconds(median)} (${milliseconds(low)} to ${milliseconds(high)})`,
      times(own === undefined ? undefined : median / own),
      name === peer ? 'the peer' : against === undefined ? '' : (median / against).toFixed(2),
    ];
  });
}
