/** A Markdown table with columns padded to one width. */
export function markdownTable(header, rows) {
  const lines = [header, ...rows].map((cells) => cells.map(String));
  const widths = header.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(lines[0]), rule, ...lines.slice(1).map(line)].join('\n');
}

/** Seconds as milliseconds with three digits that count. */
export function milliseconds(seconds) {
  const value = 1000 * seconds;
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** A ratio such as `1.23×`; an empty cell where there is none. */
export function times(ratio) {
  return ratio === undefined ? '' : `${ratio.toFixed(2)}×`;
}

/** A share as whole per cent. */
export function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/**
 * Puts `text` between the markers `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`.
 *
 * @throws Error where the document lacks them.
 */
export function replaceBetweenMarkers(document, name, text) {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [start, end] = [document.indexOf(open), document.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`the document must have ${open} and, after it, ${close}`);
  return `${document.slice(0, start + open.length)}\n\n${text}\n\n${document.slice(end)}`;
}
