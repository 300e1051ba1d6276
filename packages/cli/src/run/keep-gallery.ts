import { join } from 'node:path';
import type { Config } from '../config/config-schema.js';
import { drawGallery, type Gallery } from '../gallery/draw-gallery.js';
import { writePng } from '../gallery/write-png.js';
import type { Training } from './create-training.js';
import { drawFirstMixes, readFirstImages } from './draw-first-mixes.js';
import type { OpenedData } from './open-data.js';

/** `gallery.png` of a run: mixes of its first images. */
export interface RunGallery {
  /** Writes it as the run begins. */
  readonly write: () => Promise<void>;
  /** Draws the same pairs again by the masks as an epoch leaves them. */
  readonly redraw: (epoch: number) => Promise<void>;
}

const count = 8;

/**
 * Reads what the gallery needs, and draws it for a new run: images that cannot be decoded show before anything is written. That of a run
 * which goes on stays until its masks, if they are learned, are drawn again.
 *
 * @param onNote Gets a line when the file cannot be written again, which is no reason to end a training.
 */
export async function keepGallery(
  config: Config & { readonly out: string },
  data: OpenedData,
  {
    learned,
    resume,
    onNote = () => undefined,
  }: Pick<Training, 'learned'> & {
    readonly resume: boolean;
    readonly onNote?: ((line: string) => void) | undefined;
  },
): Promise<RunGallery> {
  const path = join(config.out, 'gallery.png');
  const images = resume && learned === undefined ? undefined : await readFirstImages(config, data, count);
  const draw = async (state: string): Promise<Gallery | undefined> =>
    images &&
    drawFirstMixes(config, data, images, { count, learned: learned && { mixer: learned.mixer, state } });
  const first = resume ? undefined : await draw('untrained masks');
  return {
    async write() {
      if (first !== undefined) await writePng(path, drawGallery(first));
    },
    async redraw(epoch) {
      const gallery = await draw(`masks after epoch ${epoch}/${config.train.epochs}`);
      if (gallery === undefined) return;
      await writePng(path, drawGallery(gallery)).catch((error: Error) =>
        onNote(`epoch ${epoch}: gallery.png could not be drawn again: ${error.message}`),
      );
    },
  };
}
