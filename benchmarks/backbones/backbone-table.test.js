import { expect, it } from 'vitest';
import { backboneTable } from './backbone-table.js';

it('shows time and memory of what ran, and why the rest did not', () => {
  const machine = { cores: 2, cpu: 'a processor', memoryGiB: 16 };
  const images = { size: 32, batch: 4 };
  const rows = [
    { name: 'one', ...images, seconds: 0.5, peak: 300 * 2 ** 20, built: 120 * 2 ** 20 },
    { name: 'two', ...images, failed: 'out of memory' },
  ];
  const about = { backend: 'native', threads: '2', loadBefore: 0, loadAfter: 1 };
  const lines = backboneTable({ machine, ...about, rows }).split('\n');
  expect(lines[0]).toBe(
    '_2 cores of a processor, 16 GiB; backend native, 2 threads; load 0 before, 1 at the end._',
  );
  expect(lines.at(-2)?.split(/ *\| */)).toEqual(['', 'one', '4 of 32x32', '500', '125', '300', '120', '']);
  expect(lines.at(-1)).toContain('failed: out of memory');
});
