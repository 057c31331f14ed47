// `npm run check`: everything about the sources that a machine can judge. One line a check; what a
// failed one said comes after.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const CHECKS = [
  // With the tests: their project has all sources, under the same rules.
  ['types', 'tsc', '-p', 'tsconfig.test.json'],
  ['lint', 'eslint', '--max-warnings', '0', '.'],
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  [
    'imports',
    'depcruise',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    'src',
    'commands',
    'bin',
  ],
  ['dead code', 'knip', '--no-progress'],
  ['flags', 'node', 'scripts/flag-snapshot.js'],
  ['words', 'node', 'scripts/words.js'],
  ['citations', 'node', 'scripts/citations.js'],
];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
process.env.PATH = `node_modules/.bin:${process.env.PATH}`;

const built = await run('build', 'node', ['scripts/build.js']);
const results = [built, ...(await runAll(CHECKS, Math.max(2, availableParallelism())))];
const failed = results.filter(({ code }) => code !== 0);
for (const { name, output } of failed) console.log(`\n${name}:\n${output.trimEnd()}`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function runAll(checks, workers) {
  const queue = [...checks];
  const done = [];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, command, ...args] = next;
      done.push(await run(name, command, args));
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return done;
}

function run(name, command, args) {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += chunk));
    const end = (code) => {
      console.log(
        `${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
      );
      resolve({ name, code, output });
    };
    child.on('error', (error) => {
      output += error.message;
      end(1);
    });
    child.on('close', end);
  });
}
