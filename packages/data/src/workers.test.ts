import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { all, temporaryFolder, writeShard } from '../test/made-data.js';
import { createDecodePool } from './internal/decode-pool.js';
import { createLoader } from './loader.js';
import { openTarShards } from './tar-shards.js';

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const target = { height: 8, width: 8, resize: false };

// Runs a program on the built package; a process that is held alive shows as a time-out.
function program(body: string) {
  const code = `import { createLoader, openTarShards } from ${JSON.stringify(built)};\n${body}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    timeout: 20_000,
  });
}

describe('decoding threads', () => {
  it('give what the calling thread gives, in the same order, for any number and prefetch', async () => {
    const data = await openTarShards(await writeShard(`${temporaryFolder()}/train-0.tar`, 90));
    const run = (workers: number, prefetch: number) =>
      all(createLoader(data, { batchSize: 40, shuffle: true, workers, prefetch }).batches(1));
    const expected = await run(0, 0);
    for (const [workers, prefetch] of [
      [1, 0],
      [2, 0],
      [2, 5],
      [3, 1],
    ] as const) {
      expect(await run(workers, prefetch)).toEqual(expected);
    }
  });

  it('do not keep the process, whether the loop ends, breaks, throws or is abandoned', async () => {
    const path = await writeShard(`${temporaryFolder()}/train-0.tar`, 40, (index, bytes) =>
      index === 35 ? bytes.subarray(0, 200) : bytes,
    );
    const open = `const data = await openTarShards(${JSON.stringify(path)});
      const make = (onCorrupt) => createLoader(data, { batchSize: 8, workers: 2, onCorrupt });`;
    for (const [body, output] of [
      ["let n = 0; for await (const b of make('skip').batches(0)) n += b.keys.length; console.log(n)", '39'],
      ["for await (const b of make('skip').batches(0)) break; console.log('broken off')", 'broken off'],
      [
        "try { for await (const b of make('error').batches(0)); } catch (e) { console.log(e.code) }",
        'CORRUPT_DATA',
      ],
      [
        "const i = make('skip').batches(0)[Symbol.asyncIterator](); await i.next(); console.log('left')",
        'left',
      ],
      [
        "const l = make('skip'); for await (const b of l.batches(0)); await l.close(); await l.close(); console.log('closed')",
        'closed',
      ],
    ] as const) {
      expect(program(`${open}\n${body}`)).toMatchObject({ status: 0, stdout: `${output}\n`, stderr: '' });
    }
  });

  it('reject what is waiting when the loader is closed', async () => {
    const data = await openTarShards(await writeShard(`${temporaryFolder()}/train-0.tar`, 20));
    const loader = createLoader(data, { batchSize: 4, workers: 1 });
    const epoch = loader.batches(0)[Symbol.asyncIterator]();
    const first = expect(epoch.next()).rejects.toThrow(
      'the loader was closed while batches were being decoded',
    );
    await loader.close();
    await first;
    await expect(all(loader.batches(0))).rejects.toThrow('the loader must not be closed');
  });

  it.each([
    ['process.exit(3)', 'a decoding thread died: it exited with code 3'],
    [
      "throw new Error('no sharp here\\nmore')",
      'a decoding thread died: no sharp here. Check that sharp is installed',
    ],
    [
      "require('node:worker_threads').parentPort.on('message', () => { throw new Error('struck') })",
      'a decoding thread died: struck.',
    ],
  ])('that die are an error, not a hang: %s', async (code, message) => {
    const pool = createDecodePool(
      1,
      target,
      new URL(
        `data:text/javascript,${encodeURIComponent(`import { createRequire } from 'node:module'; const require = createRequire('/'); ${code}`)}`,
      ),
    );
    const image = { kind: 'bytes', bytes: new Uint8Array(1), path: 'x' } as const;
    await expect(pool.decode([image])).rejects.toMatchObject({
      code: 'BACKEND',
      message: expect.stringContaining(message),
    });
    await expect(pool.decode([image])).rejects.toThrow(message);
    await pool.close();
  });
});
