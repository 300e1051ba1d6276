import { markdownTable, milliseconds } from '../report/markdown.js';

const header = ['model', 'images', 'ms a step', 'ms an image', 'memory at most, MiB', 'after building, MiB'];
const mebibytes = (bytes) => Math.round(bytes / 2 ** 20);

/** Where it was measured, and a table of all models. */
export function backboneTable({ machine, backend, threads, loadBefore, loadAfter, rows }) {
  const about = `_${machine.cores} cores of ${machine.cpu}, ${machine.memoryGiB} GiB; backend ${backend}, ${threads} threads; load ${loadBefore} before, ${loadAfter} at the end._`;
  const cells = rows.map(({ name, size, batch, failed, seconds, peak, built }) => {
    const images = `${batch} of ${size}x${size}`;
    if (failed !== undefined) return [name, images, `failed: ${failed}`, '', '', ''];
    return [
      name,
      images,
      milliseconds(seconds),
      milliseconds(seconds / batch),
      mebibytes(peak),
      mebibytes(built),
    ];
  });
  return `${about}\n\n${markdownTable(header, cells)}`;
}
