/**
 * Finds a key that occurs twice in one object of a JSON text, comparing keys after unescaping.
 * The text must be valid JSON: only strings, braces and brackets are looked at.
 */
export function findDuplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let position = 0;
  while (position < json.length) {
    const character = json[position];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(json, position);
      const keys = open.at(-1);
      if (keys !== undefined && isKey(json, end)) {
        const key = JSON.parse(json.slice(position, end)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      position = end;
      continue;
    }
    position++;
  }
  return undefined;
}

function endOfString(json: string, start: number): number {
  let position = start + 1;
  while (json[position] !== '"') position += json[position] === '\\' ? 2 : 1;
  return position + 1;
}

function isKey(json: string, end: number): boolean {
  let position = end;
  while (/\s/.test(json[position] ?? '')) position++;
  return json[position] === ':';
}
