// Type-checks and runs the examples in the READMEs of the packages, in a folder where they find what a user has installed.
// Packages whose own tests run theirs are left out.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const LIMIT_SECONDS = 120;
const root = fileURLToPath(new URL('..', import.meta.url));
const [only] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'mix-readmes-'));
const link = (target, ...path) => symlinkSync(join(root, target), join(folder, 'node_modules', ...path));

// These train for minutes: begun, and interrupted as they say they can be.
const long = new Set(['train']);
const problems = [];

try {
  mkdirSync(join(folder, 'node_modules', '@mix'), { recursive: true });
  const packages = readdirSync(join(root, 'packages'));
  for (const name of packages) link(join('packages', name), '@mix', name);
  // It has every backend that examples start.
  link('packages/cli/node_modules/@tensorflow', '@tensorflow');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const examples = packages
    .filter((name) => only === undefined || name === only)
    .flatMap((name) => blocksOf(name).map((block, index) => ({ ...block, name, file: `${name}-${index}` })));
  if (examples.length === 0) throw new Error(`no examples in the README of ${only ?? 'any package'}`);
  for (const { file, code, language } of examples) writeFileSync(join(folder, `${file}.${language}`), code);
  checkTypes(examples.filter(({ language }) => language === 'ts'));
  for (const example of examples) run(example);
  for (const problem of problems) console.error(problem);
  console.log(`readmes: ${examples.length} examples, ${problems.length} problems`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(problems.length === 0 ? 0 : 1);

function blocksOf(name) {
  if (existsSync(join(root, 'packages', name, 'src/custom-loop.test.ts'))) return [];
  const text = readmeOf(name);
  return [...text.matchAll(/^```(ts|js)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({
    language,
    code,
  }));
}

function readmeOf(name) {
  try {
    return readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw error;
  }
}

function checkTypes(examples) {
  if (examples.length === 0) return;
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'dom'],
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const files = examples.map(({ file }) => `${file}.ts`);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    problems.push(`types: ${error.stdout}`);
  }
}

function run({ name, file, code, language }) {
  const script = join(folder, `${file}.run.js`);
  writeFileSync(script, language === 'ts' ? transformSync(code, { loader: 'ts', format: 'esm' }).code : code);
  const seconds = long.has(name) ? 10 : LIMIT_SECONDS;
  const options = { cwd: folder, encoding: 'utf8', timeout: seconds * 1000, killSignal: 'SIGINT' };
  const { status, signal, stdout, stderr } = spawnSync('node', [script], options);
  const said = stdout.trim().split('\n').at(-1);
  const fine = long.has(name)
    ? status === 130 || status === 0
    : status === 0 && signal === null && said !== '';
  const excused =
    name === 'native' &&
    process.env.MIX_NATIVE_REQUIRED !== '1' &&
    stderr.includes('@mix/native is not built');
  if (!fine && !excused) problems.push(`${file}: ended with ${signal ?? status}: ${stderr.slice(-2000)}`);
  else console.log(`${file}: ${excused ? 'not built here' : said || 'interrupted'}`);
}
