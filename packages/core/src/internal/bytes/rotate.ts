import type { ByteImage } from '../../byte-image.js';
import { type AffineOptions, affine } from './affine.js';

/** Turns an image anticlockwise by whole or broken degrees about its middle; PIL's `Image.rotate`. */
export function rotate(image: ByteImage, degrees: number, options: AffineOptions): ByteImage {
  if (degrees === 0) return image;
  // From 0 to 360 first, as PIL does.
  const angle = -((((degrees % 360) + 360) % 360) * (Math.PI / 180));
  // To 15 places as PIL has it, which also evens out the last bits that engines differ in.
  const cos = Number(Math.cos(angle).toFixed(15));
  const sin = Number(Math.sin(angle).toFixed(15));
  const [middleX, middleY] = [image.width / 2, image.height / 2];
  const c = cos * -middleX + sin * -middleY + middleX;
  const f = -sin * -middleX + cos * -middleY + middleY;
  return affine(image, [cos, sin, c, -sin, cos, f], options);
}
