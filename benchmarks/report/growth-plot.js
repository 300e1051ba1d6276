import { sides } from '../harness/sides.js';
import { flatRange } from './flat-range.js';
import { linePlots } from './line-plots.js';
import { percent } from './markdown.js';
import { measured, plural } from './steps-table.js';

/** The picture of growth: above the time of a step, below the rate; hollow marks where the rate falls. */
export function growthPlot({ threads, series }) {
  const panels = sweepsOf(series).map((points) => {
    const [{ label: xLabel }] = points;
    const lines = linesOf(points);
    return {
      time: { title: 'a step', yLabel: 'ms', xLabel, series: lines.map(timeLine) },
      rate: { title: 'rate', yLabel: 'GFLOPS', xLabel, series: lines.map(rateLine) },
    };
  });
  return linePlots({
    title: `ResNet-18 on ${plural(threads, 'thread')}: time of a step and operations a second as batch, image and model grow`,
    rows: [panels.map(({ time }) => time), panels.map(({ rate }) => rate)],
  });
}

/** The picture, and a line for each sweep and side: where the rate is flat, and so arithmetic binds, and where it falls. */
export function growthNotes({ series, peak }) {
  const lines = sweepsOf(series).flatMap((points) =>
    linesOf(points).map((line) => describeLine(points[0].label, line, peak)),
  );
  return [
    '![Time of a step and operations a second as batch, image and model grow](results/growth.svg)',
    ...describeBalance(peak),
    lines.join('\n'),
  ].join('\n\n');
}

function describeBalance(peak) {
  if (peak === undefined) return [];
  const { gflops, gigabytesPerSecond } = peak;
  const [rates, balance] = [
    `${gflops.toFixed(0)} GFLOPS and ${gigabytesPerSecond.toFixed(0)} GB/s`,
    gflops / gigabytesPerSecond,
  ];
  return [
    `With a peak of ${rates}, work of fewer than ${balance.toFixed(0)} operations for each byte that passes the caches is bound by memory.`,
  ];
}

function describeLine(label, { name, points }, peak) {
  const { from, to, best } = flatRange(points);
  const share = peak === undefined ? '' : `, ${percent(best / peak.gflops)} of the peak`;
  const flat = from === to ? `best at ${from}` : `flat from ${from} to ${to}`;
  const [first, last] = [points[0].value, points.at(-1).value];
  const falls = [...(from > first ? [`below ${from}`] : []), ...(to < last ? [`above ${to}`] : [])];
  const end = falls.length === 0 ? 'falls nowhere' : `falls ${falls.join(' and ')}`;
  return `- ${label}, ${name}: ${flat}, with ${best.toFixed(0)} GFLOPS${share}; ${end}.`;
}

function sweepsOf(series) {
  const names = [...new Set(series.map(({ sweep }) => sweep))];
  return names.map((name) => series.filter(({ sweep }) => sweep === name));
}

function linesOf(points) {
  const names = [...new Set(points.flatMap(({ results }) => measured(results).map(([name]) => name)))];
  return names.map((name) => ({
    name: sides[name].label,
    points: points
      .filter(({ results }) => results[name]?.median !== undefined)
      .map(({ value, flops, results }) => {
        const { median: seconds } = results[name];
        return { value, seconds, rate: flops / seconds / 1e9 };
      }),
  }));
}

function timeLine({ name, points }) {
  return { name, points: points.map(({ value, seconds }) => ({ x: value, y: 1000 * seconds })) };
}

function rateLine({ name, points }) {
  const { from, to } = flatRange(points);
  return {
    name,
    points: points.map(({ value, rate }) => ({ x: value, y: rate, hollow: value < from || value > to })),
  };
}
