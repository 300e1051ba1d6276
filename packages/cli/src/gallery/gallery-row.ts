import type { Picture } from './canvas.js';

/** One mixed sample, as the gallery shows it. */
export interface GalleryRow {
  /** The images that were mixed, the own one first; a row that was left as it is has one. */
  readonly sources: readonly { readonly picture: Picture; readonly label: string }[];
  /**
   * Share of an image in every pixel, 255 for all of it: of the own one, and by learned masks of more than two images of each. `share` is
   * its mean, where that need not be λ.
   */
  readonly masks: readonly { readonly picture: Picture; readonly share?: number }[];
  /** The result. */
  readonly mix: Picture;
  /** Share of the own image; by learned masks, the one that they were asked for and that labels are mixed by. */
  readonly lam: number;
  /** What the classifier is asked to say: classes with their weights. */
  readonly targets: readonly { readonly label: string; readonly weight: number }[];
}
