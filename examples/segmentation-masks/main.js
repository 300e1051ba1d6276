// Label maps, boxes and key points that follow a CutMix, a Mosaic, and either one for each image.
// `node main.js [picture.png]` takes about two seconds; the picture shows each image above its label map, mixed and as it was.
import { createRng, disposeMixed, perSample, replayBoxes, replayKeypoints, replayLabelMaps } from '@mix/core';
import { cutmix, derange, layoutCutmix, layoutMosaic, mosaic } from '@mix/handcrafted';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { colours, drawScenes } from './draw-scenes.js';
import { outline, paint, panels, writePng } from './picture.js';

const rng = createRng(3);
const { images, labels, labelMaps, objects, points } = drawScenes(rng.fork('scenes'));
const layouts = { cutmix: layoutCutmix, mosaic: layoutMosaic };
const mixers = {
  cutmix: cutmix({ mode: 'elem', pairing: derange }),
  mosaic: mosaic(),
  either: perSample([cutmix({ mode: 'elem', pairing: derange }), mosaic()]),
};

const columns = [panel(images, labelMaps, objects, points)];
for (const [name, mix] of Object.entries(mixers)) {
  const mixed = mix({ images, labels }, { rng });
  // The plan is all that annotations need: it may come from a file, from another process or from another day.
  const plan = JSON.parse(JSON.stringify(mixed.plan));
  const maps = replayLabelMaps(labelMaps, plan, layouts);
  const boxes = replayBoxes(objects, plan, layouts, { minVisible: 0.2 });
  const middles = replayKeypoints(points, plan, layouts);
  columns.push(panel(mixed.images, maps, boxes, middles));

  const share = shareOfRightLabels(mixed.images, maps);
  const counts = `${boxes.flat().length} objects and ${middles.flat().length} of their middles are visible`;
  console.log(`${name}: ${(100 * share).toFixed(1)} % of the labels are right, ${counts}`);
  // CutMix copies pixels; Mosaic resizes, which blends colours at the objects' edges, but never labels.
  if (share < (name === 'cutmix' ? 1 : 0.95)) throw new Error(`the label maps do not follow ${name}`);
  disposeMixed(mixed);
  tf.dispose(maps);
}
const [path] = process.argv.slice(2);
if (path !== undefined) {
  writePng(path, panels(columns));
  console.log(`${path}: as it was, ${Object.keys(mixers).join(', ')}`);
}

/** Each class has a colour of its own, so that the images say which labels are right. */
function shareOfRightLabels(pixels, maps) {
  const right = tf.tidy(() => {
    const palette = tf.div(tf.tensor2d(colours), 255);
    const apart = tf.sum(tf.squaredDifference(tf.expandDims(pixels, 3), palette), 4);
    return tf.mean(tf.cast(tf.equal(tf.argMin(apart, 3), maps), 'float32')).dataSync();
  });
  return right[0];
}

/** Each image with its boxes and points, and its label map below. */
function panel(shown, maps, boxes, middles) {
  const classes = maps.arraySync();
  return shown.arraySync().flatMap((image, row) => {
    const picture = paint(image.map((line) => line.map((pixel) => pixel.map((value) => 255 * value))));
    for (const { box } of boxes[row]) outline(picture, box);
    for (const {
      point: [y, x],
    } of middles[row])
      outline(picture, [y - 1, x - 1, y + 1, x + 1]);
    return [picture, paint(classes[row].map((line) => line.map((label) => colours[label])))];
  });
}
