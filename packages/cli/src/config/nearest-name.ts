import { distance } from 'fastest-levenshtein';

/** The name of `names` that was most likely meant, or `undefined` when none is near. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const scored = names.map((name) => ({ name, edits: editsBetween(typed, name) }));
  const best = scored.reduce<(typeof scored)[number] | undefined>(
    (least, next) => (least === undefined || next.edits < least.edits ? next : least),
    undefined,
  );
  if (best === undefined) return undefined;
  return best.edits <= Math.max(1, Math.ceil(typed.length / 3)) ? best.name : undefined;
}

// `lr_rate`, `lrRate` and `lr-rate` are the same name typed three ways, and a name cut short is one slip.
function editsBetween(typed: string, name: string): number {
  const [a, b] = [typed, name].map((text) => text.toLowerCase().replace(/[-_]/g, '')) as [string, string];
  return a.length >= 4 && b.startsWith(a) ? Math.min(1, distance(a, b)) : distance(a, b);
}
