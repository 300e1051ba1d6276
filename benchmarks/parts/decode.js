import { existsSync } from 'node:fs';
import { describeResults, measure, withSides } from '../harness/measure.js';
import { absence, mainSides, sides } from '../harness/sides.js';

const split = 'test';
const batch = 128;

/** Epochs from tar shards of JPEGs to uint8 batches, decoded on the calling thread or by workers. */
export async function decode({ options, say, save }) {
  const { data: folder, rounds, python } = options;
  if (!existsSync(folder)) {
    say(`decode left out: there is no ${folder}; give --data, a folder of ${split}-*.tar`);
    return { leftOut: 'there were no shards to decode' };
  }
  // Decoding is the host's work, the same whatever the backend and the layout: one side of each kind.
  const present = mainSides(options.sides).filter((name) => absence(name, python) === undefined);
  const names = [false, true].flatMap(
    (peer) => present.find((name) => (sides[name].peer ?? false) === peer) ?? [],
  );
  const rows = [];
  for (const shuffle of [false, true]) {
    for (const workers of [0, 1, 2]) {
      const request = { op: 'prepare', kind: 'decode', folder, split, batch, shuffle, workers };
      const measured = await withSides(names, { threads: 1, python }, (children, absent) =>
        measure(children, absent, request, { rounds, warmUp: 1, turnSeconds: 0 }),
      );
      rows.push({ shuffle, workers, ...measured });
      say(describeResults(`decode, ${shuffle ? 'shuffled' : 'in order'}, ${workers} workers`, measured));
      await save({ rows });
    }
  }
  return { rows };
}
