import { useBackend } from '@mix/test-utils';
import { describe, expect, it } from 'vitest';
import type { Config } from '../config/config-schema.js';
import { resolveConfig } from '../config/resolve-config.js';
import { mixers } from '../factories/mixers.js';
import { drawGallery } from '../gallery/draw-gallery.js';
import { createTraining } from './create-training.js';
import { drawFirstMixes, readFirstImages } from './draw-first-mixes.js';
import { openData } from './open-data.js';

useBackend('wasm');

const configOf = (method: Readonly<Record<string, unknown>>) =>
  resolveConfig({
    file: {
      name: 'test',
      content: {
        data: { trainLimit: 24, testLimit: 10, workers: 0 },
        model: { name: 'cifar-resnet', depth: 8, width: 2 },
        method,
        train: { batchSize: 8 },
      },
    },
    flags: new Map(),
  });

describe('a gallery', () => {
  it.each(Object.keys(mixers))('shows what %s does', async (mixer) => {
    const config = configOf({ mixer });
    const data = await openData(config.data, 0);
    const training = createTraining(config, data);
    const images = await readFirstImages(config, data, 3);
    const learned = training.learned && { mixer: training.learned.mixer, state: 'untrained masks' };
    const { title, rows } = await drawFirstMixes(config, data, images, { count: 3, learned });
    const again = await drawFirstMixes(config, data, images, { count: 3, learned });
    await training.close();
    expect(again.rows).toEqual(rows);
    const state = learned ? ' · untrained masks' : '';
    const when = mixer === 'curriculum' ? ' · at 50 % of the training' : '';
    expect(title).toBe(`${mixer} · drawn shapes · seed 0${state}${when}`);
    expect(rows).toHaveLength(3);
    for (const { sources, masks, mix, lam, targets } of rows) {
      const [{ picture: mask, share = lam }] = masks as [(typeof masks)[number]];
      expect(masks).toHaveLength(mixer === 'adautomix' ? 3 : 1);
      expect([mask.width, mask.height]).toEqual([mix.width, mix.height]);
      expect([mix.width, mix.height]).toEqual(mixer === 'stackmix' ? [32, 64] : [32, 32]);
      expect(sources.length).toBeLessThanOrEqual(4);
      expect(lam).toBeGreaterThanOrEqual(0);
      expect(targets.reduce((sum, { weight }) => sum + weight, 0)).toBeGreaterThan(0.4);
      // The mask is that of the own image: its mean is λ, but for deletions, which show less.
      const shown = mask.pixels.reduce((sum, value) => sum + value, 0) / mask.pixels.length / 255;
      expect(shown).toBeLessThan(share + 0.02);
      if (learned) {
        expect(shown).toBeGreaterThan(share - 0.02);
        // λ is what labels are mixed by, whatever masks show.
        const [own, ...others] = sources.map(({ label }) => label);
        const weight = targets.find(({ label }) => label === own)?.weight ?? 0;
        if (!others.includes(own as string)) expect(weight).toBeCloseTo(lam, 5);
      }
    }
    const changed = rows.filter(
      ({ sources, mix }) => !mix.pixels.every((value, at) => value === sources[0]?.picture.pixels[at]),
    );
    if (mixer === 'none') expect(changed).toEqual([]);
    else expect(changed.length).toBeGreaterThan(0);
    expect(drawGallery({ title: mixer, rows }).height).toBeGreaterThan(3 * 32);
  });

  it.each([
    [{ mixer: 'mixup', onEpoch: 10 }, 75],
    [{ mixer: 'mixup', offEpoch: 4 }, 10],
    [{ mixer: 'mixup', prob: 0, probEnd: 1, rampEpochs: 5 }, 50],
    [{ mixer: 'gridmask', rampProb: true, imageProb: 1 }, 50],
  ])('shows what %j does while it mixes', async (method, percent) => {
    const config = configOf(method);
    const data = await openData(config.data, 0);
    const images = await readFirstImages(config, data, 6);
    const { title, rows } = await drawFirstMixes(config, data, images, { count: 6 });
    expect(title).toBe(`${method.mixer} · drawn shapes · seed 0 · at ${percent} % of the training`);
    const changed = rows.filter(({ sources, mix }) => `${mix.pixels}` !== `${sources[0]?.picture.pixels}`);
    expect(changed.length).toBeGreaterThan(0);
  });

  it('names a label rule, whose targets it cannot show', async () => {
    const config = { ...configOf({ mixer: 'cutmix' }), labels: { rule: 'sumix' } } as Config;
    const data = await openData(config.data, 0);
    const images = await readFirstImages(config, data, 1);
    const { title } = await drawFirstMixes(config, data, images, { count: 1 });
    expect(title).toBe('cutmix with sumix · drawn shapes · seed 0 · targets before sumix');
  });
});
