import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

/**
 * Runs what does not stand in `file` yet, and adds a line of JSON for each run as it ends, so that a series that was stopped goes
 * on where it was.
 *
 * @param file JSON lines of finished runs.
 * @param trials What tells the runs apart: `method`, `seed` and the like.
 * @param run Gives what a run measured.
 */
export async function runTrials(file, trials, run) {
  const done = readTrials(file);
  for (const trial of trials) {
    const isTrial = (record) => Object.entries(trial).every(([name, value]) => record[name] === value);
    if (done.some(isTrial)) continue;
    const result = { ...trial, ...(await run(trial)) };
    appendFileSync(file, `${JSON.stringify(result)}\n`);
    console.log(JSON.stringify(result));
  }
}

/** The finished runs of a file, none if there is no file. Cuts off a last line that a kill left unfinished. */
export function readTrials(file) {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole !== text) truncateSync(file, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
