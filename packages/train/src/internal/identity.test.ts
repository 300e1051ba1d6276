import { expect, it } from 'vitest';
import { checkIdentity } from './identity.js';

const check = (stored: object, own: object) => () =>
  checkIdentity('last', { config: JSON.stringify(stored) }, { config: JSON.stringify(own) }, 10);

it('names the first path of a configuration that differs, with both values', () => {
  const stored = { data: { kind: 'tar', trainLimit: null }, method: { mixer: 'cutmix', alpha: 1 } };
  expect(check(stored, { ...stored, method: { mixer: 'cutmix', alpha: 0.5 } })).toThrow(
    /^fit: last must be of this run; method\.alpha of its config is 1, this run's is 0\.5\. Resume with/,
  );
  expect(check(stored, { ...stored, method: { mixer: 'mixup' } })).toThrow(
    `; method.mixer of its config is "cutmix", this run's is "mixup".`,
  );
  expect(check({ ...stored, mean: [0, 1] }, { ...stored, mean: [0, 2] })).toThrow(
    `; mean of its config is [0,1], this run's is [0,2].`,
  );
  expect(check({ ...stored, seed: 0 }, stored)).toThrow("; seed of its config is 0, this run's is absent.");
});

it('takes the same keys in another order for the same', () => {
  expect(check({ a: 1, b: { c: [1], d: 2 } }, { b: { d: 2, c: [1] }, a: 1 })).not.toThrow();
});
