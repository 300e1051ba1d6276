/** A table of Markdown as it was before a formatter aligned its columns. */
export function unaligned(table: string): string {
  return table
    .trim()
    .replace(/ +/g, ' ')
    .replace(/-+/g, '-')
    .replace(/ ?\| ?/g, '|');
}
