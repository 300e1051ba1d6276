import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { decodeImages } from './internal/decode-images.js';
import type { DecodeAnswer, DecodeRequest, DecodeTarget } from './internal/decode-task.js';
import { createEncodedReader } from './internal/read-encoded.js';

// Threads come from the pool; libvips' own would only get in each other's way.
sharp.concurrency(1);
sharp.cache(false);

const target = workerData as DecodeTarget;
// Node closes what it holds open when the thread ends.
const reader = createEncodedReader();
const port = parentPort;
// One request at a time: sharp would interleave them, and hold all their images at once.
let last: Promise<void> = Promise.resolve();
port?.on('message', ({ id, tasks }: DecodeRequest) => {
  last = last.then(async () => {
    const reply = await decodeImages(tasks, target, reader);
    const answer: DecodeAnswer = { id, ...reply };
    port.postMessage(answer, [reply.pixels.buffer as ArrayBuffer]);
  });
});
