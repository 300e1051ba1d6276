import { describe, expect, it } from 'vitest';
import { markdownTable, milliseconds, replaceBetweenMarkers } from './markdown.js';

describe('markdownTable', () => {
  it('pads every column to its widest cell', () => {
    const table = markdownTable(
      ['a', 'side'],
      [
        ['longer', 1],
        ['b', 22],
      ],
    );
    expect(table.split('\n')).toEqual([
      '| a      | side |',
      '| ------ | ---- |',
      '| longer | 1    |',
      '| b      | 22   |',
    ]);
  });
});

describe('milliseconds', () => {
  it('keeps three digits that count, and no exponent', () => {
    expect([1.2345, 0.012345, 0.0000123].map(milliseconds)).toEqual(['1235', '12.3', '0.0123']);
  });
});

describe('replaceBetweenMarkers', () => {
  const document = 'before\n<!-- bench:steps -->\nold\n<!-- /bench:steps -->\nafter';

  it('replaces what stands between, and nothing else; twice is once', () => {
    const once = replaceBetweenMarkers(document, 'steps', 'new');
    expect(once).toBe('before\n<!-- bench:steps -->\n\nnew\n\n<!-- /bench:steps -->\nafter');
    expect(replaceBetweenMarkers(once, 'steps', 'new')).toBe(once);
  });

  it('refuses a document without the markers', () => {
    expect(() => replaceBetweenMarkers(document, 'kernels', 'new')).toThrow(/bench:kernels/);
  });
});
