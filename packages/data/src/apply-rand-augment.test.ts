import { describe, expect, it } from 'vitest';
import { noise } from '../test/made-data.js';
import { applyRandAugment } from './apply-rand-augment.js';

const image = () => ({ bytes: noise(1, 6, 5), height: 6, width: 5, channels: 3 });
const method = 'randAugment';
const fill = [125, 123, 114] as const;

describe('applyRandAugment', () => {
  it('does one operation after the other, and leaves the image that it is given', () => {
    const borrowed = image();
    const operations = [
      { op: 'posterize', amount: 2 },
      { op: 'invert', amount: 0 },
    ] as const;
    const out = applyRandAugment(borrowed, { method, operations, fill });
    expect(out).toEqual({ ...image(), bytes: image().bytes.map((byte) => 255 - (byte & 0xc0)) });
    expect(borrowed).toEqual(image());
  });

  it('fills what a movement uncovers, with the interpolation that was drawn', () => {
    const operations = [{ op: 'translateX', amount: -2, interpolation: 'nearest' }] as const;
    const { bytes } = applyRandAugment(image(), { method, operations, fill });
    expect([...bytes.subarray(0, 6)]).toEqual([...fill, ...fill]);
    expect([...bytes.subarray(6, 15)]).toEqual([...image().bytes.subarray(0, 9)]);
  });

  it('gives back what it gets where nothing is to be done', () => {
    const given = image();
    expect(applyRandAugment(given, { method, operations: [], fill })).toBe(given);
  });
});
