// Checks what no other tool does: that every package has its files, and that sources keep the rules of CONTRIBUTING.md.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const LINE_LIMIT = 250;
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const problems = [];

const packages = new Set(
  files.filter((file) => file.startsWith('packages/')).map((file) => file.split('/')[1]),
);
for (const name of packages) {
  const folder = join('packages', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const wanted = manifest.private
    ? ['tsconfig.json']
    : ['README.md', 'tsconfig.json', 'tsup.config.ts', 'LICENSE'];
  for (const file of wanted) if (!existsSync(join(folder, file))) problems.push(`${folder} lacks ${file}`);
  const imported = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  if (
    name === 'core' &&
    imported.some((dependency) => dependency.startsWith('@mix/') && !isOptional(manifest, dependency))
  ) {
    problems.push('packages/core must not depend on another package of mix');
  }
}

// Tests of particular backends choose them by hand; all others run on whichever the run names.
const aboutBackends = /^packages\/(kernels|native)\/|\/backends\//;
const computes = /^import \* as tf from/m;
const byHand = /\bsetBackend\(/;
const byRun = /\b((useBackend|startBackend|describeMixer)\(|useShapeBackend\b)/;
const banned = [
  [/\bMath\.random\b/, 'Math.random: draw from an Rng'],
  [/\bDate\.now\b|new Date\(\)/, 'the wall clock: pass `now` in'],
  [
    /\btf\.random(Normal|Uniform|Gamma)|\btf\.multinomial\b|\btf\.util\.shuffle\b/,
    "tfjs' randomness: draw from an Rng",
  ],
  [/from '@tensorflow\/[^']+\/dist\//, 'a deep import of tfjs: it fails in Node'],
  [/\b(TODO|FIXME|XXX)\b/, 'an unfinished note'],
];
const sources = /^packages\/[^/]+\/((src|assembly)\/.*\.ts|addon\/.*\.[ch]pp)$/;
for (const file of files.filter((path) => sources.test(path))) {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').length - 1;
  const test = file.endsWith('.test.ts');
  if (!test && lines > LINE_LIMIT) problems.push(`${file} has ${lines} lines; the limit is ${LINE_LIMIT}`);
  if (/^(utils?|helpers?|common|misc)\.(ts|[ch]pp)$/.test(basename(file)))
    problems.push(`${file} is named after nothing`);
  if (
    test &&
    !aboutBackends.test(file) &&
    (byHand.test(text) || (computes.test(text) && !byRun.test(text)))
  ) {
    problems.push(`${file} must run on the backend of the run: call useBackend of @mix/test-utils`);
  }
  if (test) continue;
  for (const [pattern, what] of banned) if (pattern.test(text)) problems.push(`${file} uses ${what}`);
}

function isOptional(manifest, dependency) {
  return manifest.peerDependenciesMeta?.[dependency]?.optional === true;
}

for (const problem of problems) console.error(problem);
console.log(`structure: ${packages.size} packages, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
