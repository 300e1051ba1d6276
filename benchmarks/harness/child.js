import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Jiffies a second in /proc/PID/stat; 100 on every Linux that Node runs on. */
const TICKS = 100;

/**
 * Starts a process that answers one line of JSON on stdin by one line of JSON on stdout, and watches what it costs.
 * An answer `{error}` rejects. What the process prints besides goes to stderr.
 */
export function startChild(command, args, env) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const waiting = [];
  let ended;
  const fail = (reason) => {
    ended ??= reason;
    for (const { reject } of waiting.splice(0)) reject(new Error(ended));
  };
  child.on('error', ({ message }) => fail(message));
  child.on('close', (code, signal) => fail(`${command} ended with ${signal ?? `code ${code}`}`));
  child.stdin.on('error', () => undefined); // 'close' says it better
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = parse(line);
    if (reply === undefined) return void process.stderr.write(`${line}\n`);
    const { resolve, reject } = waiting.shift();
    if (reply.error === undefined) resolve(reply);
    else reject(new Error(reply.error));
  });
  let idleSince = { wall: performance.now(), cpu: 0 };
  const idle = { wall: 0, cpu: 0 };

  function send(request) {
    if (ended !== undefined) return Promise.reject(new Error(ended));
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  return {
    /** Sends a request; the answer has `cpuSeconds`, the processor time that all threads of the process spent on it. */
    async ask(request) {
      const before = cpuSeconds(child.pid);
      idle.wall += (performance.now() - idleSince.wall) / 1000;
      idle.cpu += before - idleSince.cpu;
      try {
        const reply = await send(request);
        return { ...reply, cpuSeconds: cpuSeconds(child.pid) - before };
      } finally {
        idleSince = { wall: performance.now(), cpu: cpuSeconds(child.pid) };
      }
    },
    /** Forgets what the process spent between requests until now: its start-up is not idling. */
    resetIdle() {
      idle.wall = 0;
      idle.cpu = 0;
      idleSince = { wall: performance.now(), cpu: cpuSeconds(child.pid) };
    },
    /** Processor seconds a second that the process spent between requests, while others ran. */
    idleShare: () => (idle.wall > 0 ? idle.cpu / idle.wall : 0),
    memory: () => memoryOf(child.pid),
    /** The file names, with their versions, of the shared libraries that the process has loaded and whose names begin so. */
    libraries: (name) => [
      ...new Set(
        (readProc(child.pid, 'maps') ?? '').match(new RegExp(`(?<=/)${name}[^/\\s]*\\.so[^/\\s]*$`, 'gm')),
      ),
    ],
    /** Ends the process and waits until it is gone, so that it takes nothing from those after it. */
    async stop() {
      if (ended !== undefined) return;
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      await closed;
    },
  };
}

function parse(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Processor time of all threads of a process; 0 where there is no /proc. */
function cpuSeconds(pid) {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return 0;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Peak and present resident memory of a process in MiB. */
function memoryOf(pid) {
  const status = readProc(pid, 'status') ?? '';
  const mebibytes = (name) => {
    const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  };
  return { peakMiB: mebibytes('VmHWM'), residentMiB: mebibytes('VmRSS') };
}

function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
