// Bundles page.js and runs it in a headless Chromium, on its software GPU; with --serve, for the browser of your choice.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'];
const chromium = names.find((name) => name && spawnSync(name, ['--version']).status === 0);
const serve = process.argv.includes('--serve');
if (!serve && chromium === undefined) {
  console.log('nothing was run: there is no Chromium here; name one by the variable CHROMIUM');
  process.exit(0);
}

const page = new URL('page.js', import.meta.url).pathname;
const { outputFiles } = await build({ entryPoints: [page], bundle: true, format: 'esm', write: false });
// What stops the page before it can tell anything itself.
const tellProblem = `onerror = (problem) =>
  fetch('/results', { method: 'POST', body: JSON.stringify([{ backend: 'page.js', problem }]) })`;
const files = {
  '/': [
    'text/html',
    `<!doctype html><meta charset="utf-8"><script>${tellProblem}</script><script type="module" src="/page.js"></script>`,
  ],
  '/page.js': ['text/javascript', outputFiles[0].contents],
};

let report;
const results = new Promise((resolve) => {
  report = resolve;
});
const server = createServer(async (request, response) => {
  if (request.method === 'POST') {
    report(JSON.parse((await request.toArray()).join('')));
    response.end();
    return;
  }
  const [type, contents] = files[request.url] ?? [];
  response.writeHead(type ? 200 : 404, { 'content-type': type ?? 'text/plain' }).end(contents);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${server.address().port}/`;

if (serve) {
  console.log(`open ${address}`);
} else {
  const profile = mkdtempSync(join(tmpdir(), 'mix-browser-'));
  const software = [
    ...['--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  ];
  // Chromium refuses its sandbox to root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const flags = ['--headless', ...sandbox, `--user-data-dir=${profile}`, ...software];
  const browser = spawn(chromium, [...flags, address], { stdio: 'ignore' });
  const ended = new Promise((resolve) => browser.once('exit', resolve));
  void ended.then((code) =>
    report([{ backend: 'chromium', problem: `ended by itself with exit status ${code}` }]),
  );
  const minutes = 6;
  const late = setTimeout(
    () => report([{ backend: 'chromium', problem: `no results in ${minutes} minutes` }]),
    minutes * 60_000,
  );
  const found = await results;
  clearTimeout(late);
  browser.kill();
  await ended;
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });

  const wanted = Object.fromEntries(
    found.filter(({ backend }) => backend === 'cpu').map(({ method, losses }) => [method, losses]),
  );
  let failed = 0;
  for (const { backend, method, losses = [], milliseconds, problem } of found) {
    const off = Math.max(...(wanted[method] ?? []).map((loss, step) => Math.abs(loss - losses[step])));
    const name = [backend, method].filter(Boolean).join(', ');
    // NaN comes as null.
    const areFinite = losses.length > 0 && losses.every(Number.isFinite);
    if (problem !== undefined || !areFinite || !(Math.abs(off) < 1e-3)) failed++;
    const text = losses.map((loss) => loss?.toFixed(4) ?? 'NaN').join(' ');
    console.log(
      problem
        ? `${name}: ${problem}`
        : `${name}: losses ${text}, off by ${off.toExponential(1)}; ${milliseconds} ms a step`,
    );
  }
  process.exit(failed === 0 && found.length > 0 ? 0 : 1);
}
