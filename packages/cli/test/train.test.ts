import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors } from '@mix/core';
import { describe, expect, it } from 'vitest';
import { runMix } from './run-mix.js';

const folder = mkdtempSync(join(tmpdir(), 'mix-'));
const mix = (...words: readonly string[]) => runMix(words, folder);
const toy = (limit: number, epochs: number) =>
  `train --train-limit ${limit} --test-limit 32 --epochs ${epochs} --batch-size 16 --model cifar-resnet --depth 8 --width 4 --mixer cutmix --backend wasm`.split(
    ' ',
  );

const read = (...path: readonly string[]) => readFileSync(join(folder, ...path));
const records = (run: string) =>
  read(run, 'metrics.jsonl')
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Names, shapes and bytes of the model's tensors, without what says how the run went. */
function weightsHash(run: string): string {
  const file = read(run, 'checkpoints', 'last.safetensors');
  const length = Number(file.readBigUInt64LE(0));
  const header: Record<string, { data_offsets: [number, number] }> = JSON.parse(
    file.subarray(8, 8 + length).toString(),
  );
  const hash = createHash('sha256');
  for (const name of Object.keys(header).sort()) {
    if (name === '__metadata__') continue;
    const [from, to] = header[name]!.data_offsets;
    hash.update(name).update(file.subarray(8 + length + from, 8 + length + to));
  }
  return hash.digest('hex');
}

describe('mix train', () => {
  it('trains on a long tail with images of two streams, and a label rule', async () => {
    const words =
      '--mixer cmo --tail exponential --tail-factor 0.2 --label-rule remix --balance balanced-softmax --crop-scale 0.5,1 --out tail';
    const { exitCode, stdout, stderr } = await mix(...toy(64, 1), ...words.split(' '));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('drawn shapes: 27 training and 32 test images');
    expect(JSON.parse(read('tail', 'config.json').toString())).toMatchObject({
      method: { mixer: 'cmo', secondSampler: 'balanced' },
      labels: { rule: 'remix', kappa: 3 },
      loss: { name: 'cross-entropy', balance: 'balanced-softmax' },
    });
  });

  it('leaves a run folder, prints one line an epoch, and goes on exactly where it was stopped', async () => {
    const whole = await mix(...toy(64, 3), '--out', 'whole');
    expect(whole).toMatchObject({ exitCode: 0, stderr: '' });
    const lines = whole.stdout.split('\n').filter((line) => line.startsWith('epoch'));
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(line).toMatch(/^epoch \d\/3 loss \d\.\d{3} top1 \d+\.\d \d+\.\ds lr [\d.e-]+$/);
    expect(whole.stdout).not.toMatch(/\p{Cc}\[|Hi, looks like/u);
    for (const file of [
      'config.json',
      'gallery.png',
      'checkpoints/last.safetensors',
      'checkpoints/best.safetensors',
    ]) {
      expect(existsSync(join(folder, 'whole', file)), file).toBe(true);
    }
    expect(records('whole').map(({ type }) => type)).toEqual(['start', 'epoch', 'epoch', 'epoch']);
    expect(JSON.parse(read('whole', 'config.json').toString())).toMatchObject({
      backend: 'wasm',
      data: { kind: 'drawn', trainLimit: 64 },
      method: { mixer: 'cutmix', alpha: 1 },
      train: { epochs: 3, learningRate: 0.1 },
    });

    const stopped = await runMix([...toy(64, 3), '--out', 'parts'], folder, {
      at: 'epoch 1/3',
      signal: 'SIGINT',
    });
    expect(stopped).toMatchObject({ exitCode: 130, stderr: '' });
    expect(stopped.stdout).toContain('train --resume parts');
    const resumed = await mix('train', '--resume', 'parts');
    expect(resumed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(resumed.stdout).toContain('epoch 3/3');
    expect(weightsHash('parts')).toBe(weightsHash('whole'));

    const again = await mix(...toy(64, 3), '--out', 'whole');
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toMatch(
      /^mix: --out: whole holds a run already; go on with it by --resume whole.*\n$/,
    );
    const other = await mix('train', '--resume', 'whole', '--width', '8');
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toMatch(/^mix: .*model.*\n$/);
  });

  it('goes on with learned masks exactly where it was stopped, and says which head it evaluates', async () => {
    const learned = [...toy(32, 2), '--mixer', 'automix', '--head', 'teacherMix'];
    const whole = await mix(...learned, '--out', 'masks');
    const warning = /^mix: epoch 1: the learned masks have no shape yet \(mean share 0\.\d+, spread .*\n$/;
    expect(whole).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(warning) });
    expect(whole.stdout).toContain('with mixer automix, evaluated by head teacherMix, seed 0');
    const [, first] = records('masks');
    expect(first).toMatchObject({ type: 'epoch', losses: { generator: expect.any(Number) } });
    expect(first.metrics).toHaveProperty('maskEntropy');
    expect(Object.keys(first.heads)).toEqual(['student', 'studentMix', 'teacher', 'teacherMix']);
    expect(first.validation).toEqual(first.heads.teacherMix);
    expect(first.watched).toMatchObject({ learned: expect.any(Number), collapse: 'constant' });
    const stop = { at: 'epoch 1/2', signal: 'SIGINT' } as const;
    await runMix([...learned, '--out', 'masks-parts'], folder, stop);
    expect(await mix('train', '--resume', 'masks-parts')).toMatchObject({ exitCode: 0 });
    expect(weightsHash('masks-parts')).toBe(weightsHash('masks'));
    // Drawn again by the masks of the last epoch, after the checkpoint of the first one.
    const written = (file: string) => statSync(join(folder, 'masks', file)).mtimeMs;
    expect(written('gallery.png')).toBeGreaterThan(written('checkpoints/last.previous.safetensors'));
    expect(read('masks-parts', 'gallery.png').equals(read('masks', 'gallery.png'))).toBe(true);
    const last = join(folder, 'masks', 'checkpoints', 'last.safetensors');
    writeFileSync(last, readFileSync(last).subarray(0, 1000));
    const preview = await mix('preview', '--run', 'masks', '--rows', '2', '--out', 'masks.png');
    expect(preview.exitCode).toBe(0);
    expect(preview.stderr).toMatch(
      /last\.safetensors is damaged .*\nmix: took last\.previous\.safetensors\n$/,
    );
    expect(preview.stdout).toMatch(
      /^masks\.png: automix .*, 2 pairs\nthe masks are constant over the image \(.*\n$/,
    );
    expect(existsSync(join(folder, 'masks.png'))).toBe(true);
  });

  it('counts steps, not batches, where it accumulates', async () => {
    const words = '--accumulate 3 --learning-rate 0.1 --out accumulated';
    expect(await mix(...toy(64, 1), ...words.split(' '))).toMatchObject({ exitCode: 0, stderr: '' });
    const [start, epoch] = records('accumulated');
    expect(start).toMatchObject({ type: 'start', stepsPerEpoch: 2 });
    // Half of a cosine of two steps.
    expect(epoch).toMatchObject({ step: 2, learningRate: expect.closeTo(0.05, 6) });
  });

  it('begins from the weights of another run, with frozen stages and rates by layer', async () => {
    copyFileSync(join(folder, 'whole/checkpoints/best.safetensors'), join(folder, 'given.safetensors'));
    const words = ['--weights', 'given.safetensors'];
    const tuned = await mix(
      ...toy(32, 1),
      ...words,
      ...'--weights-head skip --frozen-stages 2 --layer-decay 0.5 --out tuned'.split(' '),
    );
    expect(tuned).toMatchObject({ exitCode: 0, stderr: '' });
    const [before, after] = [
      read('whole', 'checkpoints', 'best.safetensors'),
      read('tuned', 'checkpoints', 'last.safetensors'),
    ];
    const stored = (file: Buffer) => openSafetensors(file).tensors;
    const [old, fresh] = [stored(before), stored(after)];
    for (const name of ['model.conv1.weight', 'model.layer2.0.bn2.running_mean']) {
      expect(fresh.get(name)?.read(), name).toEqual(old.get(name)?.read());
    }
    expect(fresh.get('model.fc.weight')?.read()).not.toEqual(old.get('model.fc.weight')?.read());
    const { model } = JSON.parse(read('tuned', 'config.json').toString());
    expect(model).toMatchObject({
      weights: join(folder, words[1] ?? ''),
      weightsHead: 'skip',
      frozenStages: 2,
    });

    const other = await mix(...toy(32, 1), ...words, '--width', '8');
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toMatch(
      /^mix: loadState: given\.safetensors must hold this model's 44 tensors; got \d+ misfitting/,
    );
    const absent = await mix(...toy(32, 1), '--weights', 'nowhere.safetensors');
    expect(absent.stderr).toMatch(/nowhere\.safetensors: there is no such file or folder\n$/);

    // Moved elsewhere, without the file that it began from.
    renameSync(join(folder, 'tuned'), join(folder, 'moved'));
    rmSync(join(folder, 'given.safetensors'));
    expect(await mix('train', '--resume', 'moved')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await mix('train', '--resume', 'moved', '--weights', 'other')).toMatchObject({ exitCode: 0 });
    const changed = await mix('train', '--resume', 'moved', '--no-flip');
    expect(changed.stderr).toContain("; train.flip of its config is true, this run's is false. Resume with");
  });

  it('refuses to resume elsewhere', async () => {
    const line = 'mix: --out must be left out with --resume: the run folder has its own\n';
    expect(await mix('train', '--resume', 'whole', '--out', 'x')).toMatchObject({
      exitCode: 2,
      stderr: line,
    });
  });

  it('prints one JSON document', async () => {
    const { exitCode, stdout, stderr } = await mix(...toy(32, 1), '--out', 'json', '--json');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      stopped: false,
      epochsDone: 1,
      last: { epoch: 1, validation: { count: 32 } },
    });
  });

  it('exits with 143 on SIGTERM', async () => {
    const { exitCode } = await runMix([...toy(256, 9), '--out', 'terminated'], folder, {
      at: 'steps an epoch',
      signal: 'SIGTERM',
    });
    expect(exitCode).toBe(143);
    expect(existsSync(join(folder, 'terminated/checkpoints/last.safetensors'))).toBe(true);
  });
});

describe('mix train | head', () => {
  it('saves and stops when nobody reads on', async () => {
    const stop = { at: 'steps an epoch', signal: 'close' } as const;
    const { exitCode, stderr } = await runMix([...toy(256, 9), '--out', 'closed'], folder, stop);
    expect(exitCode).toBe(141);
    expect(stderr).toMatch(
      /^mix: stopped {2}after epoch [12]\/9, step \d+; go on with: .* --resume closed\n$/,
    );
    expect(existsSync(join(folder, 'closed/checkpoints/last.safetensors'))).toBe(true);
  });

  it('does no harm to what is short', async () => {
    const stop = { at: 'mix', signal: 'close' } as const;
    expect(await runMix(['train', '--help'], folder, stop)).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('mix quickstart', () => {
  it('trains without mixing, with CutMix and with AutoMix side by side, and says what to try next', async () => {
    const words = ['--epochs', '2', '--train-limit', '64', '--test-limit', '32', '--out', 'quick'];
    const { exitCode, stdout, stderr } = await mix('quickstart', ...words);
    expect([exitCode, stderr]).toEqual([0, '']);
    const line = ['none', 'cutmix', 'automix'].map((name) => `${name}: loss \\S+ top1 \\S+ {3}`).join('');
    expect(stdout).toMatch(new RegExp(`^epoch 2/2 {2}${line}\\S+s$`, 'm'));
    expect(stdout).toContain('Try next:');
    for (const run of ['none', 'cutmix', 'automix']) {
      expect(records(join('quick', run)).at(-1)).toMatchObject({ type: 'epoch', epoch: 2 });
      expect(existsSync(join(folder, 'quick', run, 'gallery.png'))).toBe(true);
    }
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops all runs on %s', async (signal, code) => {
    const out = `quick-${signal}`;
    const words = ['--epochs', '9', '--train-limit', '256', '--test-limit', '32', '--out', out];
    const { exitCode, stdout } = await runMix(['quickstart', ...words], folder, { at: 'epoch 1/9', signal });
    expect(exitCode).toBe(code);
    expect(stdout).toContain('Stopped.');
    for (const run of ['none', 'cutmix', 'automix']) {
      expect(existsSync(join(folder, out, run, 'checkpoints/last.safetensors'))).toBe(true);
    }
  });
});
