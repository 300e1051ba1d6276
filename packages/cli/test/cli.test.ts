import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callMix } from './call-mix.js';
import { runMix } from './run-mix.js';

const folder = mkdtempSync(join(tmpdir(), 'mix-'));
const mix = (...words: readonly string[]) => runMix(words, folder);
const call = (...words: readonly string[]) => callMix(words);

const before = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => process.chdir(before));

async function writeImages(root: string, side = 16): Promise<string> {
  for (const [index, name] of ['train/cat', 'train/dog', 'test/cat', 'test/dog'].entries()) {
    mkdirSync(join(root, name), { recursive: true });
    for (let image = 0; image < 4; image++) {
      const background = { r: 60 * index, g: 50 * image, b: 90 };
      await sharp({ create: { width: side, height: side, channels: 3, background } })
        .jpeg()
        .toFile(join(root, name, `${image}.jpg`));
    }
  }
  return root;
}

describe('mix', () => {
  it('tells its commands, its version, and every option with its default', async () => {
    const [help, version, train] = await Promise.all([
      mix('--help'),
      mix('--version'),
      mix('train', '--help'),
    ]);
    expect(help.stdout).toMatch(/train.*preview.*doctor.*quickstart/s);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const text = train.stdout.replace(/\s+/g, ' ');
    expect(text).toContain('--epochs <n> passes over the training images (default: 20)');
    expect(text).toContain('highest learning rate (default: sgd 0.1, adamw 0.001)');
    expect(text).toContain('--no-flip do not mirror training images');
    expect([help, version, train].map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
      Array(3).fill([0, '']),
    );
  });

  it.each([
    [['train', '--epoch', '3'], 2, "unknown option '--epoch'; did you mean --epochs?"],
    [['trian'], 2, "unknown command 'trian'; did you mean train?"],
    [['train', '--epochs', '0'], 2, '--epochs must be an integer of at least 1; got 0'],
    [['train', '--config', 'none.json'], 2, 'none.json: cannot be read: there is no such file'],
    [
      ['train', '--data', 'nowhere'],
      1,
      'data: there is no folder nowhere. Leave --data out for the embedded drawn set',
    ],
    [['train', '--data-kind', 'tar'], 1, "data: kind 'tar' must come with a path; set it with --data"],
    [
      ['train', '--resume', 'nowhere'],
      1,
      '--resume: nowhere must be the folder of a run; it has no config.json',
    ],
    [
      ['train', '--backend', 'node'],
      1,
      "selectBackend: name 'node' cannot be used: node: @tensorflow/tfjs-node is not installed (npm install @tensorflow/tfjs-node)",
    ],
    [['preview', '--out', 'x.jpg'], 2, "--out must end in .png; got 'x.jpg'"],
    [
      ['preview', '--run', 'nowhere'],
      1,
      "--run: nowhere must be a run's folder with a checkpoint, which the end of an epoch brings; it has none",
    ],
    [
      ['preview', '--mixer', 'samix'],
      2,
      '--mixer samix must come with a run that has learned its masks: draw them by mix preview --run <folder>',
    ],
    [
      ['preview', '--run', 'nowhere', '--rows', '2', '--data', 'x', '--test-limit', '3'],
      2,
      '--test-limit must be left out with --run: the run has its own; only --backend and --data may differ',
    ],
    [
      ['preview', '--run', 'nowhere', '--config', 'none.json'],
      2,
      '--config must be left out with --run: the run has its own; only --backend and --data may differ',
    ],
    [['preview', '--rows', '0'], 2, "--rows must be an integer from 1 to 100; got '0'"],
  ])('%j fails with %i and one line', async (words, exitCode, line) => {
    expect(await call(...words)).toEqual({ exitCode, stdout: '', stderr: `mix: ${line}\n` });
  });

  it('names the flag of a stage that the model does not have', async () => {
    const words = '--mask-stage 9 --train-limit 16 --test-limit 8 --model resnet20 --backend cpu --workers 0';
    const { exitCode, stderr } = await call('train', '--mixer', 'samix', ...words.split(' '));
    expect(stderr).toBe("mix: --mask-stage must be one of the classifier's 3 stages; got 9\n");
    expect(exitCode).toBe(1);
  });

  it('ends the process with the exit code of a failure', async () => {
    const stderr = "mix: unknown command 'trian'; did you mean train?\n";
    expect(await mix('trian')).toEqual({ exitCode: 2, stdout: '', stderr });
  });

  it('names the nearest key of a configuration', async () => {
    writeFileSync(join(folder, 'config.json'), '{ "train": { "epoch": 3 } }');
    const { exitCode, stderr } = await call('train', '--config', 'config.json');
    expect(stderr).toBe("mix: config.json: unknown key 'train.epoch'; did you mean 'train.epochs'?\n");
    expect(exitCode).toBe(2);
  });

  it('shows where an error came from when asked', async () => {
    const { stderr } = await call('train', '--data', 'nowhere', '--debug');
    expect(stderr).toMatch(/^mix: data: .*\n.*\n\s+at /);
  });
});

describe('mix doctor', () => {
  it('lists every backend in order, with what it lacks', async () => {
    const [text, json] = await Promise.all([mix('doctor'), mix('doctor', '--json')]);
    expect(text.stdout).toMatch(/node-gpu .*node .*native .*webgpu .*wasm +works.*cpu +works/s);
    const report = JSON.parse(json.stdout);
    const usable = report.backends.filter((backend: { usable: boolean }) => backend.usable);
    expect(report).toMatchObject({ node: process.versions.node, auto: usable[0].name });
    expect(text.stdout).toContain(`'auto' takes ${report.auto}`);
    expect(report.backends.map(({ name }: { name: string }) => name)).toEqual([
      'node-gpu',
      'node',
      'native',
      'webgpu',
      'wasm',
      'cpu',
    ]);
    expect(report.backends[1]).toEqual({
      name: 'node',
      usable: false,
      reason: '@tensorflow/tfjs-node is not installed (npm install @tensorflow/tfjs-node)',
    });
    expect([text.stderr, json.stderr]).toEqual(['', '']);
  });
});

describe('mix preview', () => {
  it('draws a gallery of the size of its rows, the same for one seed', async () => {
    const words = ['preview', '--mixer', 'mixup', '--rows', '3', '--json', '--out'];
    const [first, , other] = await Promise.all([
      mix(...words, 'first.png'),
      mix(...words, 'again.png'),
      mix(...words, 'other.png', '--seed', '1'),
    ]);
    const { rows } = JSON.parse(first.stdout);
    expect(rows).toHaveLength(3);
    for (const { lam, sources } of rows) expect([lam >= 0 && lam <= 1, sources.length]).toEqual([true, 2]);
    expect(JSON.parse(other.stdout).rows).not.toEqual(rows);
    const read = (name: string) => readFileSync(join(folder, name));
    expect(read('first.png').equals(read('again.png'))).toBe(true);
    expect(read('first.png').equals(read('other.png'))).toBe(false);
    const { width, height } = await sharp(read('first.png')).metadata();
    expect(width).toBeGreaterThan(700);
    expect(height).toBe(20 + 2 * 22 + 16 + 3 * (128 + 22 + 16));
    const { channels } = await sharp(read('first.png')).stats();
    for (const { stdev } of channels) expect(stdev).toBeGreaterThan(30);
  });

  it('reads class folders, and names the file that it cannot decode', async () => {
    const root = await writeImages(join(folder, 'animals'));
    const words = ['preview', '--data', root, '--rows', '2', '--out', 'animals.png'];
    expect(await mix(...words)).toMatchObject({ exitCode: 0, stderr: '' });
    const bad = join(root, 'train/cat/1.jpg');
    writeFileSync(bad, readFileSync(bad).subarray(0, 100));
    const { exitCode, stderr } = await mix(...words);
    expect(stderr).toContain(bad);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(1);
    expect(await mix(...words, '--on-corrupt', 'replace', '--max-corrupt', '1')).toMatchObject({
      exitCode: 0,
    });
  });
});
