import { sides } from '../harness/sides.js';
import { markdownTable, milliseconds, times } from './markdown.js';
import { leftOut, measured, plural } from './steps-table.js';

/** Tables of single kernels, with the rate of the fastest of our sides. */
export function kernelsTables({ rows }) {
  return byThreads(rows, 'kernel', ({ label }) => label, { title: 'rate', of: rateOf });
}

/** Tables of mixers. */
export function mixersTables({ rows }) {
  return byThreads(rows, 'mixer, batch', ({ mixer, shape }) => `${mixer}, ${shape.join('x')}`);
}

/** A table of epochs of decoding. */
export function decodeTable({ rows, leftOut: reason }) {
  if (reason !== undefined) return `Left out: ${reason}.`;
  const header = ['order', 'workers', 'mix, images/s', 'its CPU, µs an image', 'PyTorch, images/s', 'speed'];
  const cells = rows.map(({ shuffle, workers, results }) => {
    const side = (peer) => measured(results).find(([name]) => (sides[name].peer ?? false) === peer)?.[1];
    const [own, torch] = [side(false), side(true)];
    const rate = (result) => (result === undefined ? '' : (result.images / result.median).toFixed(0));
    const cpu = own === undefined ? '' : ((1e6 * own.cores * own.median) / own.images).toFixed(0);
    const order = shuffle ? 'shuffled' : 'in order';
    return [order, workers, rate(own), cpu, rate(torch), times(own?.speed?.median)];
  });
  return markdownTable(header, cells);
}

function byThreads(rows, title, labelOf, extra) {
  const counts = [...new Set(rows.map(({ threads }) => threads))];
  const tables = counts.map((threads) => {
    const of = rows.filter((row) => row.threads === threads);
    return `**${plural(threads, 'thread')}**\n\n${table(of, title, labelOf, extra)}`;
  });
  const missing = leftOut(rows, labelOf).map((line) => `- ${line}.`);
  return [...tables, ...(missing.length > 0 ? [missing.join('\n')] : [])].join('\n\n');
}

function table(rows, title, labelOf, extra) {
  const own = namesOf(rows, (name) => !sides[name].peer);
  const ownTitles = own.flatMap((name) => [`${sides[name].label}, ms`, 'speed']);
  const header = [title, ...ownTitles, 'PyTorch, ms', ...(extra ? [extra.title] : [])];
  const cells = rows.map((row) => {
    const { peer, results } = row;
    const ownCells = own.flatMap((name) => [time(results[name]), times(results[name]?.speed?.median)]);
    return [labelOf(row), ...ownCells, time(results[peer]), ...(extra ? [extra.of(row, own)] : [])];
  });
  return markdownTable(header, cells);
}

function namesOf(rows, wanted) {
  const names = rows.flatMap(({ results }) => measured(results).map(([name]) => name));
  return Object.keys(sides).filter((name) => names.includes(name) && wanted(name));
}

function time(result) {
  return result?.median === undefined ? '' : milliseconds(result.median);
}

function rateOf({ flops, bytes, results }, own) {
  const seconds = Math.min(...own.flatMap((name) => results[name]?.median ?? []));
  if (!Number.isFinite(seconds)) return '';
  if (flops !== undefined) return `${Number((flops / seconds / 1e9).toPrecision(2))} GFLOPS`;
  return bytes === undefined ? '' : `${(bytes / seconds / 1e9).toFixed(1)} GB/s`;
}
