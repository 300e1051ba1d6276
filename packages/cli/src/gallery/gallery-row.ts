import type { Picture } from './canvas.js';

/** One mixed sample, as the gallery shows it. */
export interface GalleryRow {
  /** The images that were mixed, the own one first; a row that was left as it is has one. */
  readonly sources: readonly { readonly picture: Picture; readonly label: string }[];
  /** Share of the own image in every pixel, 255 for all of it. */
  readonly mask: Picture;
  /** The result. */
  readonly mix: Picture;
  /** Share of the own image. */
  readonly lam: number;
  /** What the classifier is asked to say: classes with their weights. */
  readonly targets: readonly { readonly label: string; readonly weight: number }[];
}
