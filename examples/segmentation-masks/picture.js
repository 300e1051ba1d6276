import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const zoom = 3;
const gap = 6;

/** A picture `[height][width]` of colours from 0 to 255, `zoom` times as large as the pixels given. */
export function paint(pixels) {
  return pixels.flatMap((line) => {
    const wide = line.flatMap((colour) => new Array(zoom).fill(colour));
    return Array.from({ length: zoom }, () => [...wide]);
  });
}

/** Draws the edge of a box `[y1,x1,y2,x2]`, in pixels of the image, into a picture. */
export function outline(picture, box) {
  const [top, left, bottom, right] = box.map((edge) => Math.round(edge * zoom));
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const inside = y > top && y < bottom - 1 && x > left && x < right - 1;
      if (!inside && picture[y]?.[x] !== undefined) picture[y][x] = [20, 20, 20];
    }
  }
}

/** Puts lists of pictures of one size side by side, each list from top to bottom. */
export function panels(columns) {
  const [[first]] = columns;
  const [height, width] = [first.length + gap, first[0].length + gap];
  const rows = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: rows * height + gap }, (_, y) =>
    Array.from({ length: columns.length * width + gap }, (_, x) => {
      const picture = columns[Math.floor((x - gap) / width)]?.[Math.floor((y - gap) / height)];
      return picture?.[(y - gap) % height]?.[(x - gap) % width] ?? [255, 255, 255];
    }),
  );
}

/** Writes a picture as a PNG file. */
export function writePng(path, picture) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(picture[0].length, 0);
  header.writeUInt32BE(picture.length, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const lines = picture.map((line) => [0, ...line.flat().map(Math.round)]);
  const data = deflateSync(Uint8Array.from(lines.flat()));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = [chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))];
  writeFileSync(path, Buffer.concat([signature, ...chunks]));
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
