import { configJsonSchema, type JsonSchema } from './config-json-schema.js';

/** One key of the configuration, wherever it is needed as data: flags, help, README, messages. */
export interface ConfigOption {
  /** Section, or `''` for keys of the top level. */
  readonly section: string;
  /** Key in the section. */
  readonly key: string;
  /** `section.key`. */
  readonly path: string;
  /** Name of its flag, without dashes. */
  readonly flag: string;
  /** Type, range and description. */
  readonly schema: JsonSchema;
  /** Default of each choice that has the key; one entry, under `''`, for keys that do not depend on a choice. */
  readonly defaults: ReadonlyMap<string, unknown>;
  /** Whether the key names the choice of its section (`method.mixer`), on which the section's other keys depend. */
  readonly isChoice: boolean;
}

// Where the key alone would not say enough, or the section's name is what users will type.
const flagNames: Readonly<Record<string, string>> = {
  'data.kind': 'data-kind',
  'data.path': 'data',
  'labels.rule': 'label-rule',
  'loss.name': 'loss',
  // The program's own --version comes first.
  'method.version': 'mixupe-version',
  'model.head': 'model-head',
  'model.name': 'model',
};

let known: readonly ConfigOption[] | undefined;

/** Every key of the configuration, in the order of the schema. */
export function configOptions(): readonly ConfigOption[] {
  known ??= readOptions();
  return known;
}

function readOptions(): readonly ConfigOption[] {
  return Object.entries(configJsonSchema().properties ?? {}).flatMap(([name, schema]) => {
    if (name.startsWith('$')) return [];
    if (schema.oneOf !== undefined) return choiceOptions(name, schema, schema.oneOf);
    if (schema.properties === undefined) return [option('', name, schema)];
    return Object.entries(schema.properties).map(([key, property]) => option(name, key, property));
  });
}

function option(
  section: string,
  key: string,
  schema: JsonSchema,
  defaults: ReadonlyMap<string, unknown> = new Map([['', schema.default]]),
  isChoice = false,
): ConfigOption {
  const path = section === '' ? key : `${section}.${key}`;
  return { section, key, path, flag: flagNames[path] ?? kebabCase(key), schema, defaults, isChoice };
}

function choiceOptions(section: string, schema: JsonSchema, shapes: readonly JsonSchema[]): ConfigOption[] {
  const fallback = schema.default as Readonly<Record<string, string>>;
  const [choiceKey = ''] = Object.keys(fallback);
  const byKey = new Map<string, { schema: JsonSchema; defaults: Map<string, unknown> }>();
  const names: string[] = [];
  for (const shape of shapes) {
    const name = String(shape.properties?.[choiceKey]?.const);
    names.push(name);
    for (const [key, property] of Object.entries(shape.properties ?? {})) {
      const known = byKey.get(key) ?? { schema: property, defaults: new Map() };
      known.defaults.set(name, property.default);
      byKey.set(key, known);
    }
  }
  const options = [...byKey].map(([key, { schema: property, defaults }]) => {
    if (key === choiceKey) {
      const { description = '' } = property;
      const choice = { type: 'string', enum: names, description, default: fallback[key] };
      return option(section, key, choice, undefined, true);
    }
    const everywhere =
      defaults.size === names.length &&
      new Set([...defaults.values()].map((value) => JSON.stringify(value))).size === 1;
    return option(section, key, property, everywhere ? new Map([['', property.default]]) : defaults);
  });
  const rank = ({ isChoice, defaults }: ConfigOption): number =>
    isChoice ? 0 : defaults.size === names.length ? 1 : defaults.has('') ? 2 : 3;
  return options.sort((a, b) => rank(a) - rank(b));
}

/** `batchSize` as `batch-size`. */
function kebabCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
