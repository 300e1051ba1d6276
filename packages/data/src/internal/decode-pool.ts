import { Worker } from 'node:worker_threads';
import { MixError } from '@mix/core';
import type { DecodeAnswer, DecodeReply, DecodeRequest, DecodeTarget, DecodeTask } from './decode-task.js';

/** Threads that decode. */
export type DecodePool = {
  /** Decodes `tasks` on one thread; requests are taken up in the order in which they were made. */
  decode(tasks: readonly DecodeTask[]): Promise<DecodeReply>;
  /** Ends the threads; whatever is still waiting is rejected. */
  close(): Promise<void>;
};

type Job = {
  readonly request: DecodeRequest;
  readonly resolve: (reply: DecodeReply) => void;
  readonly reject: (error: Error) => void;
};
type Seat = { readonly worker: Worker; readonly jobs: Map<number, Job> };

// One request being decoded and one at hand, so that a thread never waits for the main one.
const jobsPerSeat = 2;

/** Starts `size` threads. They hold the process only while they have work. */
export function createDecodePool(size: number, target: DecodeTarget, workerUrl: URL): DecodePool {
  const waiting: Job[] = [];
  let failure: Error | undefined;
  let nextId = 0;

  const seats = Array.from({ length: size }, (): Seat => {
    // Without the process's own flags: some, such as --input-type, make a worker fail.
    const worker = new Worker(workerUrl, { workerData: target, execArgv: [] });
    const seat: Seat = { worker, jobs: new Map() };
    worker.on('message', ({ id, ...reply }: DecodeAnswer) => {
      const job = seat.jobs.get(id);
      seat.jobs.delete(id);
      job?.resolve(reply);
      dispatch();
      if (seat.jobs.size === 0) worker.unref();
    });
    worker.on('error', (error) => fail(threadError(error.message, error)));
    worker.on('exit', (code) => fail(threadError(`it exited with code ${code}`)));
    // After the listeners, for adding one makes Node hold the process again.
    worker.unref();
    return seat;
  });

  function dispatch(): void {
    while (waiting.length > 0) {
      const seat = seats.reduce((a, b) => (b.jobs.size < a.jobs.size ? b : a));
      if (seat.jobs.size >= jobsPerSeat) return;
      const job = waiting.shift() as Job;
      seat.jobs.set(job.request.id, job);
      seat.worker.ref();
      seat.worker.postMessage(job.request);
    }
  }

  function fail(error: Error): void {
    if (failure !== undefined) return;
    failure = error;
    for (const { jobs, worker } of seats) {
      for (const job of jobs.values()) job.reject(error);
      jobs.clear();
      worker.unref();
    }
    for (const job of waiting.splice(0)) job.reject(error);
  }

  return {
    decode: (tasks) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        waiting.push({ request: { id: nextId++, tasks }, resolve, reject });
        dispatch();
      }),
    async close() {
      fail(
        new MixError('createLoader: the loader was closed while batches were being decoded', {
          code: 'UNSUPPORTED',
          argument: 'close',
          received: undefined,
        }),
      );
      // Held again until they are gone, so that whoever awaits this gets an answer.
      for (const { worker } of seats) worker.ref();
      await Promise.all(seats.map(({ worker }) => worker.terminate()));
    },
  };
}

function threadError(reason: string, cause?: unknown): MixError {
  return new MixError(
    `createLoader: a decoding thread died: ${reason.split('\n')[0]}. Check that sharp is installed for this platform, or set workers to 0`,
    { code: 'BACKEND', argument: 'workers', received: reason, cause },
  );
}
