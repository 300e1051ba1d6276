import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors, writeSafetensors } from '@mix/core';
import { startBackend, testedBackends } from '@mix/test-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { familyOf } from './families/index.js';
import { type GoldenRow, runGolden } from './run-golden.js';

const folder = fileURLToPath(new URL('../../../../shared/golden', import.meta.url));

async function run(from: string, only: readonly string[]): Promise<GoldenRow[]> {
  const rows: GoldenRow[] = [];
  for await (const row of runGolden(from, only)) rows.push(row);
  return rows;
}

if (!existsSync(folder)) console.warn(`no reference vectors at ${folder}: their tests are skipped`);

describe.skipIf(!existsSync(folder))('the reference vectors', () => {
  const known = existsSync(folder)
    ? readdirSync(folder).filter((file) => familyOf(file.replace(/\.safetensors$/, '')) !== undefined)
    : [];

  it('are of families that exist', () => {
    expect(known.length).toBeGreaterThanOrEqual(24);
  });

  // CI runs `main.js` for all of them on WebAssembly and native; in plain JavaScript the gradients of a backbone take up to minutes.
  it.each(testedBackends('cpu'))('but those of the backbones pass on %s', async (backend) => {
    const files = known.filter((file) => !file.startsWith('models_'));
    await startBackend(backend);
    const rows = await run(folder, files);
    expect(rows.map(({ name }) => `${name}.safetensors`)).toEqual([...files].sort());
    for (const row of rows) expect(row, JSON.stringify(row)).toMatchObject({ status: 'pass' });
  });
});

describe.skipIf(!existsSync(folder))('a wrong result', () => {
  const copy = mkdtempSync(join(tmpdir(), 'golden-'));
  beforeAll(async () => {
    await startBackend('cpu');
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each([
    ['handcrafted_mixup_batch', 'outputs.x'],
    ['handcrafted_cutmix_nonsquare', 'outputs.box'],
    ['handcrafted_timm_elem', 'outputs.y'],
    ['upsample_bicubic_3x4_s2', 'grads.x'],
    ['handcrafted_mixed_ce', 'outputs.sigmoid_bce_grad'],
    ['adautomix_n3_cooperative_step_fixed', 'grads_terms.cosine.mix_block.conv_v.weight'],
  ])('in %s fails it', async (name, output) => {
    const file = readSafetensors(new Uint8Array(readFileSync(join(folder, `${name}.safetensors`))));
    const data = file.tensors.get(output)?.data as Float32Array;
    data[1] = (data[1] as number) + 1;
    writeFileSync(join(copy, `${name}.safetensors`), writeSafetensors(file.tensors, file.metadata));
    const [row] = await run(copy, [name]);
    expect(row).toMatchObject({ status: 'fail', worst: { what: output } });
  });
});

describe('runGolden', () => {
  it('names a folder that is not there, or holds nothing', async () => {
    await expect(run('/nowhere', [])).rejects.toThrow(/golden: no such folder '\/nowhere'. Give the folder/);
    const empty = mkdtempSync(join(tmpdir(), 'golden-'));
    await expect(run(empty, [])).rejects.toThrow(/has no .safetensors file/);
    writeFileSync(join(empty, 'strange_case.safetensors'), writeSafetensors([]));
    expect(await run(empty, [])).toMatchObject([{ name: 'strange_case', status: 'no family' }]);
    rmSync(empty, { recursive: true });
  });
});
