import * as tf from '@tensorflow/tfjs-core';
import { describeError } from './output/describe-error.js';
import type { WorkerOrder, WorkerReport } from './quickstart/worker-messages.js';
import { openData } from './run/open-data.js';
import { runTraining } from './run/run-training.js';
import { startBackend } from './run/start-backend.js';

// One run in a process of its own: backends such as WebAssembly use one core each, so runs side by side need several.
tf.enableProdMode();
const stop = new AbortController();
// Ctrl-C reaches every process of the terminal, and SIGTERM may be sent to all of a group; the parent decides, and says so.
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => undefined);
// A remark that nobody reads any more ends no training.
process.stderr.on('error', () => undefined);
process.on('disconnect', () => stop.abort(new Error('the parent process ended')));
process.on('message', (order: WorkerOrder) => {
  if (order.type === 'stop') stop.abort(new Error('stopped by the parent process'));
  else void train(order);
});

async function train({ config, debug }: Extract<WorkerOrder, { type: 'train' }>): Promise<void> {
  try {
    const data = await openData(config.data, config.seed);
    await startBackend(config.backend);
    const outcome = await runTraining({
      config,
      data,
      resume: false,
      signal: stop.signal,
      onRecord(record) {
        if (record.type === 'epoch') void report({ type: 'epoch', record });
      },
      onProgress: ({ step, totalSteps }) => void report({ type: 'progress', step, totalSteps }),
    });
    await report({ type: 'done', outcome });
  } catch (error) {
    await report({ type: 'failed', message: describeError(error, debug) });
  }
  process.exit(0);
}

function report(message: WorkerReport): Promise<void> {
  return new Promise((resolve) => {
    // Without a parent there is nobody to tell, and that is noticed elsewhere.
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
