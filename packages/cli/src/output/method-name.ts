import type { Config } from '../config/config-schema.js';

/** What mixes images, and the rule for their labels if they have one: `cutmix with sumix`. */
export function methodName({ method, labels }: Pick<Config, 'method' | 'labels'>): string {
  return labels.rule === 'mixed' ? method.mixer : `${method.mixer} with ${labels.rule}`;
}
