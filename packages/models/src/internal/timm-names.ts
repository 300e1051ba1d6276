/** What torchvision calls something of timm's; undefined for what it does not keep. */
export type Renaming = (name: string) => string | undefined;

type Rule = readonly [pattern: RegExp, name: (...found: string[]) => string | undefined];

/** How to rename what is in a file of timm's ConvNeXt, Swin or VGG; undefined for any other, which is taken by its own names. */
export function timmRenaming(names: ReadonlySet<string>): Renaming | undefined {
  const kind = kinds.find(({ mark }) => names.has(mark));
  if (kind === undefined) return undefined;
  const rules = kind.rules(names);
  return (name) => {
    for (const [pattern, rename] of rules) {
      const found = pattern.exec(name);
      if (found === null) continue;
      const begin = rename(...found.slice(1));
      return begin === undefined ? undefined : begin + name.slice(found[0].length);
    }
    return name;
  };
}

const block = (stage = '', index = ''): string => `features.${2 * Number(stage) + 1}.${index}.`;
const places: Readonly<Record<string, number>> = { conv_dw: 0, norm: 2, 'mlp.fc1': 3, 'mlp.fc2': 5 };

const convnext: readonly Rule[] = [
  [/^stem\./, () => 'features.0.'],
  [/^stages\.(\d+)\.downsample\./, (stage) => `features.${2 * Number(stage)}.`],
  [/^stages\.(\d+)\.blocks\.(\d+)\.gamma/, (stage, index) => `${block(stage, index)}layer_scale`],
  [
    /^stages\.(\d+)\.blocks\.(\d+)\.(conv_dw|norm|mlp\.fc1|mlp\.fc2)\./,
    (stage, index, part = '') => `${block(stage, index)}block.${places[part]}.`,
  ],
  [/^head\.norm\./, () => 'classifier.0.'],
  [/^head\.fc\./, () => 'classifier.2.'],
];

const swin = (names: ReadonlySet<string>): readonly Rule[] => {
  // Before 0.9 a stage ended with what the next one now begins with.
  const late = names.has('layers.0.downsample.norm.weight') ? 1 : 0;
  return [
    [/^layers\.\d+\.blocks\.\d+\.attn_mask$/, () => undefined],
    [/^patch_embed\.proj\./, () => 'features.0.0.'],
    [/^patch_embed\.norm\./, () => 'features.0.2.'],
    [/^layers\.(\d+)\.downsample\./, (stage) => `features.${2 * (Number(stage) + late)}.`],
    [/^layers\.(\d+)\.blocks\.(\d+)\.mlp\.fc1\./, (stage, index) => `${block(stage, index)}mlp.0.`],
    [/^layers\.(\d+)\.blocks\.(\d+)\.mlp\.fc2\./, (stage, index) => `${block(stage, index)}mlp.3.`],
    [/^layers\.(\d+)\.blocks\.(\d+)\./, block],
    [/^head\.fc\./, () => 'head.'],
  ];
};

const vgg: readonly Rule[] = [
  [/^pre_logits\.fc1\./, () => 'classifier.0.'],
  [/^pre_logits\.fc2\./, () => 'classifier.3.'],
  [/^head\.fc\./, () => 'classifier.6.'],
];

const kinds = [
  { mark: 'stages.0.blocks.0.gamma', rules: () => convnext },
  { mark: 'layers.0.blocks.0.attn.relative_position_bias_table', rules: swin },
  { mark: 'pre_logits.fc1.weight', rules: () => vgg },
] as const;
