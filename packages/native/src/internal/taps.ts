/** How images are resized: the options that tfjs' resize kernels share. */
export interface ResizeAttrs {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  readonly size: readonly [number, number];
}

/** Which inputs, with which weights, every output of a line reads: from `starts[i]` to `starts[i + 1]`. */
export interface Taps {
  readonly starts: Int32Array;
  readonly sources: Int32Array;
  readonly weights: Float32Array;
}

type Tap = readonly [source: number, weight: number];

function packed(lists: readonly (readonly Tap[])[]): Taps {
  const starts = new Int32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) starts[i + 1] = (starts[i] as number) + list.length;
  const taps = lists.flat();
  return {
    starts,
    sources: Int32Array.from(taps, ([source]) => source),
    weights: Float32Array.from(taps, ([, weight]) => weight),
  };
}

/** Where each of `outputs` pixels lies among `inputs`. */
function places(inputs: number, outputs: number, { alignCorners, halfPixelCenters }: ResizeAttrs): number[] {
  const shrink = alignCorners && outputs > 1 ? 1 : 0;
  const scale = (inputs - shrink) / (outputs - shrink);
  return Array.from({ length: outputs }, (_, i) => scale * (halfPixelCenters ? i + 0.5 : i));
}

/** The two neighbours of every output; beyond the border there is only one. */
export function bilinearTaps(inputs: number, outputs: number, attrs: ResizeAttrs): Taps {
  return packed(
    places(inputs, outputs, attrs).map((place): Tap[] => {
      const at = attrs.halfPixelCenters ? place - 0.5 : place;
      const low = Math.max(0, Math.floor(at));
      const high = Math.min(inputs - 1, Math.ceil(at));
      if (low >= high) return [[high, 1]];
      return [
        [low, 1 - (at - low)],
        [high, at - low],
      ];
    }),
  );
}

/** The input that every output is a copy of. */
export function nearestSources(inputs: number, outputs: number, attrs: ResizeAttrs): number[] {
  return places(inputs, outputs, attrs).map((place) =>
    Math.min(inputs - 1, attrs.alignCorners ? Math.round(place) : Math.floor(place)),
  );
}

/** {@link nearestSources} as taps. */
export function nearestTaps(inputs: number, outputs: number, attrs: ResizeAttrs): Taps {
  return packed(nearestSources(inputs, outputs, attrs).map((source): Tap[] => [[source, 1]]));
}

/** The way back: which outputs read every one of the inputs, with the same weights. */
export function transposed({ starts, sources, weights }: Taps, inputs: number): Taps {
  const lists = Array.from({ length: inputs }, (): Tap[] => []);
  for (let output = 0; output + 1 < starts.length; output++)
    for (let i = starts[output] as number; i < (starts[output + 1] as number); i++)
      lists[sources[i] as number]?.push([output, weights[i] as number]);
  return packed(lists);
}
