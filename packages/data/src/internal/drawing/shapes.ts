/**
 * Signed distance from (x, y) to an outline, negative inside, in the shape's own frame: y down, and the shape
 * fits the circle of radius 1 about the origin. Only IEEE-exact operations, so that every engine draws the same.
 */
export type Shape = (x: number, y: number) => number;

/** The classes, in the order of their labels. */
export const shapeNames = [
  'disc',
  'ring',
  'square',
  'triangle',
  'star',
  'cross',
  'crescent',
  'heart',
  'hourglass',
  'arrow',
] as const;

// cos and sin of 2πk/5, as literals: Math.cos may differ between engines in its last bit.
const c1 = 0.30901699437494745;
const c2 = 0.8090169943749475;
const s1 = 0.9510565162951535;
const s2 = 0.5877852522924731;
const waist = 0.45;

const outlines = {
  triangle: [0, -1, 0.866, 0.5, -0.866, 0.5],
  star: [
    [0, -1, s2 * waist, -c2 * waist, s1, -c1, s1 * waist, c1 * waist, s2, c2],
    [0, waist, -s2, c2, -s1 * waist, c1 * waist, -s1, -c1, -s2 * waist, -c2 * waist],
  ].flat(),
  hourglass: [-0.72, -0.69, 0.72, -0.69, 0.15, 0, 0.72, 0.69, -0.72, 0.69, -0.15, 0],
  arrow: [0, -1, 0.78, -0.1, 0.3, -0.1, 0.3, 0.95, -0.3, 0.95, -0.3, -0.1, -0.78, -0.1],
};

/** The shape of each class, by label. */
export const shapes: readonly Shape[] = [
  (x, y) => length(x, y) - 0.88,
  (x, y) => Math.abs(length(x, y) - 0.74) - 0.22,
  (x, y) => box(x, y, 0.7, 0.7),
  polygon(outlines.triangle),
  polygon(outlines.star),
  (x, y) => Math.min(box(x, y, 0.95, 0.29), box(x, y, 0.29, 0.95)),
  crescent,
  heart,
  polygon(outlines.hourglass),
  polygon(outlines.arrow),
];

/** A straight bar, for clutter. */
export const bar: Shape = (x, y) => box(x, y, 0.98, 0.16);

/** A lopsided splinter, for clutter. */
export const splinter: Shape = polygon([-0.95, 0.1, 0.2, -0.6, 0.8, 0.4]);

function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

function box(x: number, y: number, halfWidth: number, halfHeight: number): number {
  const dx = Math.abs(x) - halfWidth;
  const dy = Math.abs(y) - halfHeight;
  return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0);
}

const heartTip = polygon([0, 0.95, 0.831, -0.026, 0.45, -0.35, 0, -0.568, -0.45, -0.35, -0.831, -0.026]);

// Two discs, and the tip between their outer tangents.
function heart(x: number, y: number): number {
  return Math.min(length(Math.abs(x) - 0.45, y + 0.35) - 0.5, heartTip(x, y));
}

// A disc without a smaller disc `shift` beside it; beyond the horns, the distance is that to the nearer horn.
function crescent(x: number, y: number): number {
  const [outer, inner, shift] = [0.95, 0.74, 0.48];
  const hornX = (outer * outer - inner * inner + shift * shift) / (2 * shift);
  const hornY = Math.sqrt(outer * outer - hornX * hornX);
  const toOuter = length(x, y);
  const toInner = length(x - shift, y);
  const beyond =
    toInner < inner ? (x - shift) * inner > (hornX - shift) * toInner : x * outer > hornX * toOuter;
  if (beyond && (toInner < inner || toOuter > outer)) return length(x - hornX, Math.abs(y) - hornY);
  return Math.max(toOuter - outer, inner - toInner);
}

function polygon(points: readonly number[]): Shape {
  const corners = Float64Array.from(points);
  return (x, y) => distanceToPolygon(corners, x, y);
}

function distanceToPolygon(corners: Float64Array, x: number, y: number): number {
  let nearest = Infinity;
  let inside = false;
  let ax = corners[corners.length - 2] as number;
  let ay = corners[corners.length - 1] as number;
  for (let index = 0; index < corners.length; index += 2) {
    const bx = corners[index] as number;
    const by = corners[index + 1] as number;
    const ex = bx - ax;
    const ey = by - ay;
    const along = Math.min(1, Math.max(0, ((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey)));
    const dx = x - ax - along * ex;
    const dy = y - ay - along * ey;
    nearest = Math.min(nearest, dx * dx + dy * dy);
    if (ay > y !== by > y && x < ax + ((y - ay) / ey) * ex) inside = !inside;
    ax = bx;
    ay = by;
  }
  return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
}
