import * as tf from '@tensorflow/tfjs-core';

/** The colour of each class, red, green and blue from 0 to 255: ground, disc, square, triangle, ring. */
export const colours = [
  [236, 233, 223],
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
];

const side = 48;
const shapes = [
  ({ y, x, radius }) => Math.hypot(y, x) <= radius,
  ({ y, x, radius }) => Math.max(Math.abs(y), Math.abs(x)) <= radius * 0.85,
  ({ y, x, radius }) => y <= radius * 0.8 && y + radius >= 2 * Math.abs(x),
  ({ y, x, radius }) => Math.hypot(y, x) <= radius && Math.hypot(y, x) >= radius * 0.55,
];

/** Four images with two objects each, and all that is known of them: label maps, boxes, and each object's middle. */
export function drawScenes(rng) {
  const scenes = shapes.map((_, row) =>
    [row, (row + 1) % shapes.length].map((shape, place) => ({
      label: shape + 1,
      radius: 8 + rng.integer(6),
      middle: [12 + 24 * place + rng.integer(4) - 2, 14 + rng.integer(20)],
    })),
  );
  const classAt = (objects, y, x) => {
    const hit = objects.findLast(({ label, radius, middle }) =>
      shapes[label - 1]({ y: y + 0.5 - middle[0], x: x + 0.5 - middle[1], radius }),
    );
    return hit?.label ?? 0;
  };
  const maps = scenes.map((objects) =>
    Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_, x) => classAt(objects, y, x))),
  );
  return {
    images: tf.tensor4d(
      maps.map((map) => map.map((line) => line.map((label) => colours[label].map((c) => c / 255)))),
    ),
    labels: tf.tensor1d(
      scenes.map(([first]) => first.label),
      'int32',
    ),
    labelMaps: tf.tensor3d(maps, [scenes.length, side, side], 'int32'),
    objects: scenes.map((objects, row) =>
      objects.map(({ label }) => ({ label, box: boxAround(maps[row], label) })),
    ),
    points: scenes.map((objects) => objects.map(({ label, middle }) => ({ label, point: middle }))),
  };
}

/** `[y1,x1,y2,x2]`, half open, of the pixels of a class. */
function boxAround(map, label) {
  const rows = [...map.keys()].filter((y) => map[y].includes(label));
  const columns = [...map[0].keys()].filter((x) => map.some((line) => line[x] === label));
  return [rows[0], columns[0], rows.at(-1) + 1, columns.at(-1) + 1];
}
