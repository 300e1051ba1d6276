import { describe, expect, it } from 'vitest';
import { linePlots } from './line-plots.js';

const series = (name, ...ys) => ({ name, points: ys.map((y, index) => ({ x: 10 ** index, y })) });
const panel = (...all) => ({ title: 'a < b', xLabel: 'x', yLabel: 'y', series: all });
const coordinates = (svg) =>
  [...svg.matchAll(/polyline class="line s(\d)" points="([^"]*)"/g)].map(([, index, points]) => [
    Number(index),
    points.split(' ').map((point) => point.split(',').map(Number)),
  ]);

describe('linePlots', () => {
  it('places points logarithmically, larger values higher', () => {
    const svg = linePlots({ title: 't', rows: [[panel(series('one', 1, 10, 100))]] });
    const [[, [first, second, third]]] = coordinates(svg);
    expect(second[0] - first[0]).toBeCloseTo(third[0] - second[0], 0);
    expect(first[1] - second[1]).toBeCloseTo(second[1] - third[1], 0);
    expect(third[1]).toBeLessThan(first[1]);
  });

  it('gives a series the same look in every panel, and hollow marks where asked', () => {
    const hollow = { name: 'two', points: [{ x: 1, y: 2, hollow: true }] };
    const svg = linePlots({ title: 't', rows: [[panel(series('one', 1, 2), hollow)], [panel(hollow)]] });
    expect(coordinates(svg).map(([index]) => index)).toEqual([0, 1, 1]);
    expect(svg.match(/mark s1 hollow/g)).toHaveLength(2);
    expect(svg).toContain('a &lt; b');
    expect(svg).toContain('prefers-color-scheme: dark');
  });
});
