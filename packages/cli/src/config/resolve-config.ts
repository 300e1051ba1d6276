import { UsageError } from '../usage-error.js';
import { policyDefaults } from './augment-keys.js';
import { type ConfigOption, configOptions } from './config-options.js';
import { type Config, configSchema } from './config-schema.js';
import { describeIssue } from './describe-issue.js';

/** Where the parts of a configuration come from. */
export interface ConfigParts {
  /** What a configuration file held. */
  readonly file?: { readonly name: string; readonly content: unknown } | undefined;
  /** Values given by flags, by path (`train.epochs`); they win over the file. */
  readonly flags: ReadonlyMap<string, unknown>;
  /** Gets a line about what was left out of the file because a flag made another choice. */
  readonly note?: (line: string) => void;
}

type Section = Record<string, unknown>;

/**
 * Merges file and flags, checks every key and value, and fills in the defaults.
 *
 * @throws UsageError with one line that names key, rule and value, or the nearest valid name of an unknown key.
 */
export function resolveConfig({ file, flags, note = () => undefined }: ConfigParts): Config {
  const options = configOptions();
  const merged = isSection(file?.content) ? structuredClone(file.content) : (file?.content ?? {});
  if (isSection(merged)) {
    for (const [path, value] of flags) setAt(merged, path, value);
    fillChoices(merged, options);
    fillPolicy(merged);
    dropForeign(merged, flags, options, note);
  }
  const result = configSchema.safeParse(merged);
  if (result.success) return result.data;
  const origin = { file: file?.name, flagged: new Set(flags.keys()) };
  // An unknown key explains more than a value that is missing because of it.
  const issues = result.error.issues;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  throw new UsageError(issue ? describeIssue(issue, merged, options, origin) : result.error.message);
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function setAt(config: Section, path: string, value: unknown): void {
  const [section, key] = path.split('.', 2) as [string, string | undefined];
  if (key === undefined) {
    config[section] = value;
    return;
  }
  config[section] ??= {};
  const inner = config[section];
  if (isSection(inner)) inner[key] = value;
}

// zod wants the choice of a section spelled out; a section that names none means the default one.
function fillChoices(config: Section, options: readonly ConfigOption[]): void {
  for (const { section, key, schema } of options.filter((option) => option.isChoice)) {
    const inner = config[section];
    if (isSection(inner)) inner[key] ??= schema.default;
  }
}

// Values of a file or of flags win, those of a run's own configuration among them.
function fillPolicy({ train }: Section): void {
  if (!isSection(train) || typeof train['randAugment'] !== 'string') return;
  for (const [key, value] of Object.entries(policyDefaults[train['randAugment']] ?? {})) {
    if (!(key in train)) train[key] = value;
  }
}

// `--mixer none` over a file with CutMix and its alpha is how a baseline is run: what only CutMix has is left out.
function dropForeign(
  config: Section,
  flags: ReadonlyMap<string, unknown>,
  options: readonly ConfigOption[],
  note: (line: string) => void,
): void {
  for (const choice of options.filter((option) => option.isChoice)) {
    const inner = config[choice.section];
    const chosen = flags.get(choice.path);
    if (!isSection(inner) || typeof chosen !== 'string') continue;
    for (const { path, key, section, defaults } of options) {
      if (section !== choice.section || !(key in inner) || flags.has(path)) continue;
      if (defaults.has('') || defaults.has(chosen)) continue;
      delete inner[key];
      note(`'${path}' of the file is left out: ${choice.flag} '${chosen}' does not have it`);
    }
  }
}
