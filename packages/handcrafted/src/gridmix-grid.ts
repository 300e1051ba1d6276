/** Where GridMix shows the partner: in the holes of a grid over a crop of the image, or in cells of a grid over all of it. */
export type GridmixGrid = GridmixHoles | GridmixCells;

/** The partner shows in the first `hole` pixels of each `patch`, over a crop. */
export interface GridmixHoles {
  /** Tells the two apart. */
  readonly kind: 'holes';
  /** The crop: first row and column, height and width. */
  readonly crop: readonly [y: number, x: number, height: number, width: number];
  /** `[height, width]` of a patch. */
  readonly patch: readonly [number, number];
  /** `[height, width]` of the hole in each patch. */
  readonly hole: readonly [number, number];
}

/** Each cell of a square grid shows one image. */
export interface GridmixCells {
  /** Tells the two apart. */
  readonly kind: 'cells';
  /** For each cell, row by row, 1 for the own image and 0 for the partner: a square number of them. */
  readonly own: readonly number[];
}

/** What the holes of GridMix are computed from. */
export interface GridmixHoleDraws {
  /** The λ drawn; holes take `√(1 − λ)` of a patch's sides. */
  readonly lam: number;
  /** Area of the crop as a share of the image's. */
  readonly cropArea: number;
  /** Height of the crop over its width. */
  readonly cropAspect: number;
  /** Patches across the crop. */
  readonly holes: number;
  /** Height of a patch over its width. */
  readonly holeAspect: number;
  /** Where the crop lies: shares of the room left above it and to its left. */
  readonly place: readonly [row: number, column: number];
}

type Size = readonly [height: number, width: number];

/**
 * The holes of GridMix in whole pixels. The crop is clamped to the image, and the number of holes to half the crop's width: the
 * published codes let the one wrap around and refuse the other.
 *
 * @param size `[H,W]` of the image.
 */
export function gridmixHoles(
  [height, width]: readonly [height: number, width: number],
  draws: GridmixHoleDraws,
): GridmixHoles {
  const { lam, cropArea, cropAspect, holes, holeAspect, place } = draws;
  const wanted = Math.trunc(Math.sqrt(Math.trunc(height * width * cropArea) / cropAspect));
  const cropHeight = Math.min(Math.trunc(wanted * cropAspect), height);
  const cropWidth = Math.min(wanted, width);
  const across = Math.max(1, Math.min(holes, Math.floor(cropWidth / 2)));
  const patchWidth = Math.max(1, Math.ceil(cropWidth / across));
  const patchHeight = Math.max(1, Math.trunc(patchWidth * holeAspect));
  const side = (patch: number): number =>
    Math.min(Math.max(Math.trunc(patch * Math.sqrt(1 - lam)), 1), patch - 1);
  return {
    kind: 'holes',
    crop: [
      Math.trunc((height - cropHeight) * place[0]),
      Math.trunc((width - cropWidth) * place[1]),
      cropHeight,
      cropWidth,
    ],
    patch: [patchHeight, patchWidth],
    hole: [side(patchHeight), side(patchWidth)],
  };
}

/** The share of pixels that show the own image, from whole numbers of pixels. */
export function gridmixShare(size: Size, grid: GridmixGrid): number {
  const [height, width] = size;
  const mask = gridmixMask(size, grid);
  return mask.reduce((sum, own) => sum + own, 0) / (height * width);
}

/** 1 where a pixel shows the own image, 0 where it shows the partner. */
export function gridmixMask(size: Size, grid: GridmixGrid): Float32Array {
  const [height, width] = size;
  const shows = grid.kind === 'holes' ? aroundHoles(grid) : inCells(size, grid);
  const mask = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) mask[y * width + x] = shows(y, x) ? 1 : 0;
  }
  return mask;
}

function aroundHoles({ crop, patch, hole }: GridmixHoles): (y: number, x: number) => boolean {
  const [top, left, cropHeight, cropWidth] = crop;
  return (y, x) => {
    const [row, column] = [y - top, x - left];
    const inCrop = row >= 0 && row < cropHeight && column >= 0 && column < cropWidth;
    return !(inCrop && row % patch[0] < hole[0] && column % patch[1] < hole[1]);
  };
}

function inCells([height, width]: Size, { own }: GridmixCells): (y: number, x: number) => boolean {
  const grid = Math.sqrt(own.length);
  return (y, x) => own[Math.floor((y * grid) / height) * grid + Math.floor((x * grid) / width)] === 1;
}
