import { doubleSize, doubleWidth, type Plane, writeGray, writeRgb } from './colour.js';
import { inverseDct, inverseDctOfDc } from './inverse-dct.js';
import { type Component, type Frame, parseJpeg } from './markers.js';
import { ScanReader } from './scan-reader.js';

const block = new Int32Array(64);

/**
 * Decodes a plain baseline JPEG of exactly `height` by `width` to RGB, with the very pixels that sharp gives. For small
 * images this is several times as fast, and runs in parallel, which libvips' pipelines hardly do in one process.
 *
 * @returns Whether it was such a file, whole and sound; if not, `out` is unspecified and sharp must decide.
 */
export function decodePlainJpeg(out: Uint8Array, bytes: Uint8Array, height: number, width: number): boolean {
  const frame = parseJpeg(bytes);
  if (frame?.height !== height || frame.width !== width) return false;
  const planes = readPlanes(bytes, frame);
  if (planes === undefined) return false;
  const [luma, blue, red] = planes;
  if (luma === undefined) return false;
  if (blue === undefined || red === undefined) writeGray(out, height, width, luma);
  else {
    const { across, down } = frame.components[0] as Component;
    // libjpeg's filter needs three samples across; narrower files are for it.
    if (across === 2 && blue.width < 3) return false;
    const enlarge = across === 1 ? (plane: Plane) => plane : down === 1 ? doubleWidth : doubleSize;
    writeRgb(out, height, width, [luma, enlarge(blue), enlarge(red)]);
  }
  return true;
}

function readPlanes(
  bytes: Uint8Array,
  { height, width, components, scanAt }: Frame,
): readonly Plane[] | undefined {
  const { across: mostAcross, down: mostDown } = components[0] as Component;
  const columns = Math.ceil(width / (8 * mostAcross));
  const rows = Math.ceil(height / (8 * mostDown));
  const planes = components.map(({ across, down }): Plane => {
    const stride = columns * across * 8;
    return {
      samples: new Uint8Array(stride * rows * down * 8),
      height: Math.ceil((height * down) / mostDown),
      width: Math.ceil((width * across) / mostAcross),
      stride,
    };
  });
  const reader = new ScanReader(bytes, scanAt);
  const previousDc = components.map(() => 0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const [index, component] of components.entries()) {
        const { across, down, quantisation } = component;
        const { samples, stride } = planes[index] as Plane;
        for (let unit = 0; unit < across * down; unit++) {
          const x = column * across + (unit % across);
          const y = row * down + Math.floor(unit / across);
          const last = reader.readBlock(block, component, previousDc[index] as number);
          const dc = block[0] as number;
          previousDc[index] = dc;
          block[0] = Math.imul(dc, quantisation[0] as number);
          const at = (y * stride + x) * 8;
          if (last === 0) inverseDctOfDc(block[0], samples, at, stride);
          else {
            inverseDct(block, samples, at, stride);
            block.fill(0);
          }
        }
      }
    }
  }
  return reader.endedWell ? planes : undefined;
}
