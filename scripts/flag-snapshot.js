// Compares every command, argument and flag with test/flag-snapshot.json: the terminal's promises
// change on purpose only. `--write` (npm run snapshot) takes the present state as the promise.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const snapshotFile = fileURLToPath(new URL('test/flag-snapshot.json', root));
const { commands } = JSON.parse(readFileSync(new URL('oclif.manifest.json', root), 'utf8'));

// Commands of oclif's own, help and shell completion, promise what oclif promises.
const ours = Object.values(commands).filter(({ pluginName }) => pluginName === 'postback');

const FLAG_FIELDS = [
  'type',
  'char',
  'env',
  'multiple',
  'required',
  'options',
  'default',
  'allowNo',
  'exclusive',
  'dependsOn',
  'hidden',
];

const current = Object.fromEntries(
  ours.map((command) => [command.id.replaceAll(':', ' '), shapeOf(command)]),
);

if (process.argv.includes('--write')) {
  writeFileSync(snapshotFile, `${JSON.stringify(current, null, 2)}\n`);
} else {
  const differences = compare(JSON.parse(readFileSync(snapshotFile, 'utf8')), current, '');
  for (const difference of differences) console.error(difference);
  if (differences.length > 0) {
    console.error('If that is meant: npm run snapshot, and say it in CHANGELOG.md.');
    process.exitCode = 1;
  }
}

function shapeOf({ args = {}, flags = {}, aliases = [] }) {
  const flagShapes = Object.entries(flags).map(([name, flag]) => [name, pick(flag, FLAG_FIELDS)]);
  const argShapes = Object.entries(args).map(([name, arg]) => [
    name,
    pick(arg, ['required', 'multiple', 'options']),
  ]);
  return {
    ...(aliases.length > 0 ? { aliases } : {}),
    args: Object.fromEntries(argShapes),
    flags: Object.fromEntries(flagShapes.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function pick(object, names) {
  return Object.fromEntries(
    names
      .filter((name) => object[name] !== undefined && object[name] !== false)
      .map((name) => [name, object[name]]),
  );
}

function compare(before, after, path) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    const here = path === '' ? name : `${path} ${name}`;
    if (was === undefined) return [`new: ${here}`];
    if (is === undefined) return [`gone: ${here}`];
    if (isObject(was) && isObject(is)) return compare(was, is, here);
    return JSON.stringify(was) === JSON.stringify(is)
      ? []
      : [`changed: ${here}: ${JSON.stringify(was)} to ${JSON.stringify(is)}`];
  });
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
