import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../run-cli.js';
import { addConfigFlags, configFlagValues } from './config-flags.js';
import type { JsonSchema } from './config-json-schema.js';
import { type ConfigOption, configOptions } from './config-options.js';
import { resolveConfig } from './resolve-config.js';

function parse(words: readonly string[]): ReadonlyMap<string, unknown> {
  const command = new Command('mix').exitOverride().configureOutput({ writeErr: () => undefined });
  addConfigFlags(command);
  command.parse(words, { from: 'user' });
  return configFlagValues(command);
}

/** A value that is not the default, and how it is typed. */
function sample(schema: JsonSchema): readonly [value: unknown, text: string] {
  if (schema.enum !== undefined) return [schema.enum.at(-1), String(schema.enum.at(-1))];
  if (schema.prefixItems !== undefined) return [[0.25, 0.75], '0.25,0.75'];
  const { items } = schema;
  if (items && items.enum !== undefined) return [items.enum.slice(0, 3), items.enum.slice(0, 3).join(', ')];
  if (items && items.type === 'integer') return [[3, 1, 2], '3, 1,2'];
  if (schema.type === 'array') return [[0.5, 0.25, 0.125], '0.5, 0.25,0.125'];
  if (schema.type === 'integer') return [26, '26'];
  if (schema.type === 'number') return [0.375 + (schema.minimum ?? 0), `${0.375 + (schema.minimum ?? 0)}`];
  return ['some/path', 'some/path'];
}

function choiceOf(option: ConfigOption): Record<string, string> {
  const [owner = ''] = option.defaults.keys();
  const choice = configOptions().find(({ section, isChoice }) => isChoice && section === option.section);
  return owner === '' || choice === undefined ? {} : { [choice.key]: owner };
}

/** What a key does not go without. */
const companions: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>> = {
  'data.testCropShare': { data: { imageSize: 224 } },
  'data.noiseMap': { data: { labelNoise: 'asymmetric' } },
  'labels.amplitudeUntil': { labels: { paddlesStage: 1, phaseUntil: 0.5 } },
  'labels.phaseUntil': { labels: { paddlesStage: 1 } },
  'loss.balanceFrom': { loss: { balance: 'class-weights' } },
  'model.hidden': { model: { head: 'imagenet' } },
  'model.weightsHead': { model: { weights: 'some/file' } },
  'model.weightsPositions': { model: { weights: 'some/file' } },
  'model.weightsPrefix': { model: { weights: 'some/file' } },
  'method.generatorFinalRate': { method: { generatorLearningRate: 0.5 } },
  'method.lamGain': { method: { lamMultiply: 'residual' } },
  'method.valueHidden': { method: { blockValue: 'neck' } },
  'method.valueNorm': { method: { blockValue: 'neck' } },
  'method.valueDropout': { method: { blockValue: 'neck' } },
  'method.teacherFrom': { method: { teacherSchedule: 'cosine' } },
  'method.teacherMomentum': { method: { teacherSchedule: 'constant' } },
  'method.teacherMomentumEnd': { method: { teacherSchedule: 'cosine' } },
  'train.clipJointly': { train: { clipNorm: 5 } },
  'train.warmupFrom': { train: { warmup: 'within' } },
  'train.finalRate': { train: { learningRate: 0.5 } },
  'method.onEpoch': { train: { epochs: 30 } },
  'method.rampEpochs': { method: { probEnd: 0.5 } },
};

describe('flags', () => {
  it('have names of their own', () => {
    const flags = configOptions().map(({ flag }) => flag);
    expect(new Set(flags).size).toBe(flags.length);
    expect(flags.filter((flag) => flag.startsWith('no-'))).toEqual([]);
  });

  it.each(configOptions())('--$flag says what $path says', (option) => {
    const { section, key, flag, path, schema, isChoice } = option;
    const isFlag = schema.type === 'boolean';
    const [value, text] = isFlag ? [schema.default !== true, ''] : sample(schema);
    const choice = isChoice ? {} : choiceOf(option);
    const words = isFlag ? [value === true ? `--${flag}` : `--no-${flag}`] : [`--${flag}`, text];
    const flags = new Map(parse(words));
    expect(flags).toEqual(new Map([[path, value]]));
    const others = companions[path] ?? {};
    const own = { ...choice, ...others[section] };
    const content = {
      ...others,
      ...(section === '' ? { [key]: value } : { [section]: { ...own, [key]: value } }),
    };
    const base = { ...others, ...(section === '' ? {} : { [section]: own }) };
    expect(resolveConfig({ file: { name: 'a', content: base }, flags })).toEqual(
      resolveConfig({ file: { name: 'b', content }, flags: new Map() }),
    );
  });

  it('are of one key each', () => {
    const flags = configOptions().map(({ flag }) => flag);
    expect(flags.filter((flag, index) => flags.indexOf(flag) !== index)).toEqual([]);
  });

  it("are none of the program's own, nor of its commands", () => {
    const program = createProgram(() => undefined);
    const own = [program, ...program.commands].flatMap(({ options }) =>
      options.filter(({ helpGroupHeading }) => helpGroupHeading === undefined).map(({ long }) => long),
    );
    expect(own).toContain('--version');
    expect(own).toContain('--resume');
    const flags = configOptions().map(({ flag }) => `--${flag}`);
    // The picture of a preview, which has no folder of a run.
    expect(flags.filter((flag) => own.includes(flag) || flag === '--help')).toEqual(['--out']);
    expect(flags).toContain('--mixupe-version');
  });

  it('say nothing where none is given', () => {
    expect(parse([])).toEqual(new Map());
  });

  it.each([
    [['--epochs', 'many'], "--epochs must be an integer of at least 1; got 'many'"],
    [['--epochs', ''], "--epochs must be an integer of at least 1; got ''"],
    [['--mean', '1,x'], "--mean must be a list of numbers; got '1,x'"],
    [['--alpha', 'NaN'], "--alpha must be a number above 0; got 'NaN'"],
  ])('refuse %j', (words, message) => {
    expect(() => parse(words)).toThrow(message);
  });

  it('spell out the recipe of a baseline', () => {
    const words =
      '--data ../cifar10 --model resnet20 --train-limit 10000 --test-limit 2000 --epochs 8 --batch-size 128 --learning-rate 0.1 --weight-decay 5e-4 --mixer none';
    const config = resolveConfig({ flags: parse(words.split(' ')) });
    const defaults = resolveConfig({ flags: new Map() });
    expect(config).toEqual({
      ...defaults,
      data: { ...defaults.data, path: '../cifar10', trainLimit: 10_000, testLimit: 2000 },
      train: { ...defaults.train, epochs: 8 },
    });
  });
});
