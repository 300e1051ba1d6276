import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawnShapes } from './drawn-shapes.js';

function pixelsOf(data: ReturnType<typeof drawnShapes>, index: number): Uint8Array {
  const { image } = data.sample(index);
  if (image.kind !== 'pixels') throw new Error('not pixels');
  return image.pixels;
}

function digest(data: ReturnType<typeof drawnShapes>): string {
  const hash = createHash('sha256');
  for (let index = 0; index < data.size; index++) hash.update(pixelsOf(data, index));
  return hash.digest('hex').slice(0, 16);
}

describe('drawnShapes', () => {
  it('draws these very bytes, on every machine and engine', () => {
    expect(digest(drawnShapes({ seed: 0, size: 50 }))).toBe('c56dfcb756584a63');
    expect(digest(drawnShapes({ seed: 1, size: 50 }))).toBe('07cf2ea8ea40797c');
    expect(digest(drawnShapes({ seed: 0, size: 50, split: 'test' }))).toBe('040c1a0f2d605c90');
  });

  it('begins alike whatever its size, and draws the same in any order', () => {
    const [small, large] = [drawnShapes({ size: 5 }), drawnShapes({ size: 500 })];
    const late = pixelsOf(large, 4);
    expect(pixelsOf(small, 0)).toEqual(pixelsOf(large, 0));
    expect(pixelsOf(small, 4)).toEqual(late);
  });

  it('has ten balanced classes and one key a sample', () => {
    const data = drawnShapes({ size: 40 });
    const labels = Array.from({ length: 40 }, (_, index) => data.sample(index).label);
    expect(data.classes).toHaveLength(10);
    for (let label = 0; label < 10; label++)
      expect(labels.filter((value) => value === label)).toHaveLength(4);
    expect(new Set(labels.map((_, index) => data.sample(index).key)).size).toBe(40);
  });

  it.each([16, 32, 45])('boxes fit their masks tightly at %i pixels', (imageSize) => {
    const data = drawnShapes({ size: 60, imageSize });
    for (let index = 0; index < data.size; index++) {
      const { mask, box } = data.annotation(index);
      const [y1, x1, y2, x2] = box;
      const at = (y: number, x: number) => mask[y * imageSize + x] as number;
      const rows = Array.from({ length: imageSize }, (_, y) => y).filter((y) =>
        Array.from({ length: imageSize }, (_, x) => at(y, x)).includes(1),
      );
      const columns = Array.from({ length: imageSize }, (_, x) => x).filter((x) =>
        Array.from({ length: imageSize }, (_, y) => at(y, x)).includes(1),
      );
      expect([y1, x1, y2, x2]).toEqual([
        rows[0],
        columns[0],
        (rows.at(-1) ?? 0) + 1,
        (columns.at(-1) ?? 0) + 1,
      ]);
      expect(Math.max(y2 - y1, x2 - x1)).toBeGreaterThanOrEqual(0.35 * imageSize);
    }
  });

  it('is too hard for a linear model', () => {
    const accuracy = linearAccuracy(drawnShapes({ size: 1000 }), drawnShapes({ size: 300, split: 'test' }));
    expect(accuracy).toBeLessThan(0.45);
    expect(accuracy).toBeGreaterThan(0.05);
  });

  it.each([
    [{ seed: -1 }, 'drawnShapes: seed must be an integer of at least 0; got -1'],
    [{ size: 0 }, 'drawnShapes: size must be an integer of at least 1; got 0'],
    [{ imageSize: 8 }, 'drawnShapes: imageSize must be an integer of at least 16; got 8'],
  ])('refuses %o', (options, message) => {
    expect(() => drawnShapes(options)).toThrow(message);
  });

  it('refuses an index out of range', () => {
    expect(() => drawnShapes({ size: 3 }).sample(3)).toThrow('index must be an integer from 0 to 2; got 3');
  });
});

// Multinomial logistic regression on raw pixels, by stochastic gradient descent.
function linearAccuracy(train: ReturnType<typeof drawnShapes>, test: ReturnType<typeof drawnShapes>): number {
  const width = 32 * 32 * 3;
  const inputs = (data: typeof train) =>
    Array.from({ length: data.size }, (_, index) =>
      Float32Array.from(pixelsOf(data, index), (p) => p / 127.5 - 1),
    );
  const weights = Array.from({ length: 10 }, () => new Float32Array(width));
  const logits = (x: Float32Array) =>
    weights.map((row) => {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += row[j]! * x[j]!;
      return sum;
    });
  const samples = inputs(train);
  for (let epoch = 0; epoch < 5; epoch++) {
    for (const [index, x] of samples.entries()) {
      const powers = logits(x).map(Math.exp);
      const total = powers.reduce((a, b) => a + b);
      for (const [label, row] of weights.entries()) {
        const step = (0.002 / (1 + epoch)) * (powers[label]! / total - (label === index % 10 ? 1 : 0));
        for (let j = 0; j < width; j++) row[j]! -= step * x[j]!;
      }
    }
  }
  const right = inputs(test).filter((x, index) => {
    const scores = logits(x);
    return scores.indexOf(Math.max(...scores)) === index % 10;
  });
  return right.length / test.size;
}
