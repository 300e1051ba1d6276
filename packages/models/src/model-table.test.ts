import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRng } from '@mix/core';
import { useShapeBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it, vi } from 'vitest';
import * as mix from './index.js';

// Nobody looks at the weights, and drawing a billion of them takes a minute.
vi.mock(import('./internal/initialisers.js'), async (load) => {
  let shared = new ArrayBuffer(0);
  const blank = (_: unknown, count: number): Float32Array => {
    if (shared.byteLength < 4 * count) shared = new ArrayBuffer(4 * count);
    return new Float32Array(shared, 0, count);
  };
  const names = Object.keys(await load());
  return Object.fromEntries(names.map((name) => [name, blank])) as unknown as Awaited<
    ReturnType<typeof load>
  >;
});

interface Row {
  /** As a reader writes it. */
  readonly call: string;
  readonly make: (options: mix.ModelOptions) => mix.Model;
  readonly paper: string;
  /** Height and width, where not those of the table. */
  readonly size?: number;
  /** @defaultValue 3 */
  readonly inChannels?: number;
  /** Multiply-adds in billions that torchvision or the paper states, where one does. */
  readonly known?: number;
}

const cifar = { stem: 'cifar' } as const;
const imagenet = { stem: 'imagenet' } as const;
const paper = {
  resnet: '[He et al. 2016](https://arxiv.org/abs/1512.03385)',
  resnext: '[Xie et al. 2017](https://arxiv.org/abs/1611.05431)',
  wide: '[Zagoruyko & Komodakis 2016](https://arxiv.org/abs/1605.07146)',
  preact: '[He et al. 2016](https://arxiv.org/abs/1603.05027)',
  densenet: '[Huang et al. 2017](https://arxiv.org/abs/1608.06993)',
  convnext: '[Liu et al. 2022](https://arxiv.org/abs/2201.03545)',
  deit: '[Touvron et al. 2021](https://arxiv.org/abs/2012.12877)',
  swin: '[Liu et al. 2021](https://arxiv.org/abs/2103.14030)',
  twins: '[Chu et al. 2021](https://arxiv.org/abs/2104.13840)',
  xception: '[Chollet 2017](https://arxiv.org/abs/1610.02357)',
  nexception: '[Shavit et al. 2023](https://arxiv.org/abs/2212.08448)',
  vgg: '[Simonyan & Zisserman 2015](https://arxiv.org/abs/1409.1556)',
  lenet: '[LeCun et al. 1998](https://doi.org/10.1109/5.726791)',
} as const;

const small: readonly Row[] = [
  { call: 'lenet({})', make: mix.lenet, paper: paper.lenet, size: 28, inChannels: 1 },
  { call: 'resnet20({})', make: mix.resnet20, paper: paper.resnet },
  {
    call: "resnet20({ shortcut: 'projection' })",
    make: (o) => mix.resnet20({ ...o, shortcut: 'projection' }),
    paper: paper.resnet,
  },
  { call: 'resnet32({})', make: mix.resnet32, paper: paper.resnet },
  { call: 'resnet56({})', make: mix.resnet56, paper: paper.resnet },
  {
    call: "resnet18({ stem: 'cifar' })",
    make: (o) => mix.resnet18({ ...o, ...cifar }),
    paper: paper.resnet,
  },
  { call: 'preactResnet18({})', make: mix.preactResnet18, paper: paper.preact },
  {
    call: "resnet34({ stem: 'cifar' })",
    make: (o) => mix.resnet34({ ...o, ...cifar }),
    paper: paper.resnet,
  },
  {
    call: "resnet50({ stem: 'cifar' })",
    make: (o) => mix.resnet50({ ...o, ...cifar }),
    paper: paper.resnet,
  },
  {
    call: "resnext50({ stem: 'cifar' })",
    make: (o) => mix.resnext50({ ...o, ...cifar }),
    paper: paper.resnext,
  },
  { call: 'wrn16x8({})', make: mix.wrn16x8, paper: paper.wide },
  { call: 'wrn28x8({})', make: mix.wrn28x8, paper: paper.wide },
  { call: 'wrn28x10({})', make: mix.wrn28x10, paper: paper.wide },
  {
    call: "densenet121({ stem: 'cifar' })",
    make: (o) => mix.densenet121({ ...o, ...cifar }),
    paper: paper.densenet,
  },
  {
    call: "vgg16({ batchNorm: true, head: 'cifar' })",
    make: (o) => mix.vgg16({ ...o, batchNorm: true, head: 'cifar' }),
    paper: paper.vgg,
  },
  {
    call: "xception({ stem: 'cifar' })",
    make: (o) => mix.xception({ ...o, ...cifar }),
    paper: paper.xception,
  },
  {
    call: 'nexceptionTiny({ patchSize: 1 })',
    make: (o) => mix.nexceptionTiny({ ...o, patchSize: 1 }),
    paper: paper.nexception,
  },
  {
    call: 'convnextTiny({ patchSize: 2 })',
    make: (o) => mix.convnextTiny({ ...o, patchSize: 2 }),
    paper: paper.convnext,
  },
  {
    call: 'deitTiny({ imageSize: 32, patchSize: 4 })',
    make: (o) => mix.deitTiny({ ...o, imageSize: 32, patchSize: 4 }),
    paper: paper.deit,
  },
  {
    call: 'swinTiny({ patchSize: 2, windowSize: 4 })',
    make: (o) => mix.swinTiny({ ...o, patchSize: 2, windowSize: 4 }),
    paper: paper.swin,
  },
  {
    call: 'twinsSvtSmall({ patchSize: 2, windowSize: 4 })',
    make: (o) => mix.twinsSvtSmall({ ...o, patchSize: 2, windowSize: 4 }),
    paper: paper.twins,
  },
];

// Figures of torchvision's documentation, except DeiT's, timm's.
const large: readonly Row[] = [
  {
    call: "resnet18({ stem: 'imagenet' })",
    make: (o) => mix.resnet18({ ...o, ...imagenet }),
    paper: paper.resnet,
    known: 1.814,
  },
  {
    call: "resnet34({ stem: 'imagenet' })",
    make: (o) => mix.resnet34({ ...o, ...imagenet }),
    paper: paper.resnet,
    known: 3.664,
  },
  {
    call: "resnet50({ stem: 'imagenet' })",
    make: (o) => mix.resnet50({ ...o, ...imagenet }),
    paper: paper.resnet,
    known: 4.089,
  },
  {
    call: "resnet101({ stem: 'imagenet' })",
    make: (o) => mix.resnet101({ ...o, ...imagenet }),
    paper: paper.resnet,
    known: 7.801,
  },
  {
    call: "wideResnet50({ stem: 'imagenet' })",
    make: (o) => mix.wideResnet50({ ...o, ...imagenet }),
    paper: paper.wide,
    known: 11.398,
  },
  {
    call: "resnext50({ stem: 'imagenet' })",
    make: (o) => mix.resnext50({ ...o, ...imagenet }),
    paper: paper.resnext,
    known: 4.23,
  },
  {
    call: "resnext101({ stem: 'imagenet' })",
    make: (o) => mix.resnext101({ ...o, ...imagenet }),
    paper: paper.resnext,
  },
  {
    call: "densenet121({ stem: 'imagenet' })",
    make: (o) => mix.densenet121({ ...o, ...imagenet }),
    paper: paper.densenet,
    known: 2.834,
  },
  { call: 'vgg11({})', make: mix.vgg11, paper: paper.vgg, known: 7.609 },
  { call: 'vgg13({})', make: mix.vgg13, paper: paper.vgg, known: 11.308 },
  { call: 'vgg16({})', make: mix.vgg16, paper: paper.vgg, known: 15.47 },
  { call: 'vgg19({})', make: mix.vgg19, paper: paper.vgg, known: 19.632 },
  {
    call: "xception({ stem: 'imagenet' })",
    make: (o) => mix.xception({ ...o, ...imagenet }),
    paper: paper.xception,
    size: 299,
  },
  { call: 'nexceptionTiny({})', make: mix.nexceptionTiny, paper: paper.nexception },
  { call: 'nexceptionSmall({})', make: mix.nexceptionSmall, paper: paper.nexception },
  { call: 'convnextTiny({})', make: mix.convnextTiny, paper: paper.convnext, known: 4.456 },
  { call: 'convnextSmall({})', make: mix.convnextSmall, paper: paper.convnext, known: 8.684 },
  { call: 'deitTiny({})', make: mix.deitTiny, paper: paper.deit, known: 1.26 },
  { call: 'deitSmall({})', make: mix.deitSmall, paper: paper.deit, known: 4.61 },
  { call: 'deitBase({})', make: mix.deitBase, paper: paper.deit, known: 17.58 },
  { call: 'swinTiny({})', make: mix.swinTiny, paper: paper.swin, known: 4.491 },
  { call: 'swinSmall({})', make: mix.swinSmall, paper: paper.swin, known: 8.741 },
  { call: 'twinsSvtSmall({})', make: mix.twinsSvtSmall, paper: paper.twins },
];

beforeAll(useShapeBackend);

async function measured(row: Row, size: number, numClasses: number) {
  const side = row.size ?? size;
  const inChannels = row.inChannels ?? 3;
  const model = row.make({ numClasses, inChannels, rng: createRng(0) });
  const { embedding, stages } = model.forward(tf.zeros([1, side, side, inChannels]), { training: false });
  const flops = await mix.countFlops(model, side, { inChannels });
  const parameters = mix.countParameters(model);
  model.dispose();
  const at = row.size === undefined ? '' : `, ${side}x${side}${inChannels === 1 ? ', grey' : ''}`;
  const sizes = stages.map(({ shape: [, height, , channels] }) => `${channels} at ${height}`);
  return {
    flops,
    cells: [
      `\`${row.call}\`${at}`,
      parameters.toLocaleString('en'),
      (flops / 1e9).toPrecision(3),
      sizes.join(', '),
      String(embedding.shape[1]),
      row.paper,
    ],
  };
}

it.each([
  ['small', small, 32, 10],
  ['large', large, 224, 1000],
] as const)(
  'README: the table of models for %s images is that of the models',
  async (name, rows, size, numClasses) => {
    const columns = ['model', 'parameters', 'GFLOPs', 'stages', 'embedding', 'paper'];
    const lines = [columns, columns.map(() => '---')];
    for (const row of rows) {
      const { flops, cells } = await measured(row, size, numClasses);
      if (row.known !== undefined) {
        expect(Math.abs(flops / 1e9 / row.known - 1), row.call).toBeLessThan(0.01);
      }
      lines.push(cells);
    }
    const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    const path = fileURLToPath(new URL('../README.md', import.meta.url));
    const block = new RegExp(`(<!-- models-${name}:.*? -->\n)(.*?)(<!-- /models-${name} -->)`, 's');
    if (process.env['UPDATE_README'] === '1') {
      const put = (_: string, begin: string, __: string, end: string) => `${begin}${table}\n${end}`;
      writeFileSync(path, readFileSync(path, 'utf8').replace(block, put));
    }
    expect(unaligned(block.exec(readFileSync(path, 'utf8'))?.[2] ?? '')).toBe(table);
  },
);

/** Of a table that was laid out for reading. */
function unaligned(table: string): string {
  return table.trim().replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
}
