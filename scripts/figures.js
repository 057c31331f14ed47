// `npm run figures`: sizes, casts, long functions and positional callbacks of the sources, as
// docs/development/measurements.md shows them. Usage: figures.js [FOLDER]: of another checkout.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Lines of a function, without blank ones and comments, from which it is listed. */
const LONG = 60;

const root = process.argv[2] ?? '.';
const rows = { casts: 0, callbacks: 0, long: [] };
for (const folder of ['src', 'commands', 'test']) {
  const sizes = new Map();
  for (const file of readdirSync(join(root, folder), { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(join(root, folder, file), 'utf8');
    const part = file.includes('/') && folder !== 'commands' ? file.split('/')[0] : '';
    const size = sizes.get(part) ?? { files: 0, lines: 0 };
    sizes.set(part, { files: size.files + 1, lines: size.lines + text.split('\n').length - 1 });
    if (folder !== 'test') measure(join(folder, file), text);
  }
  for (const [part, { files, lines }] of [...sizes].sort())
    console.log(`${join(folder, part)}: ${files} files, ${lines} lines`);
}
console.log(`casts (as const excepted): ${rows.casts}`);
console.log(`positional callbacks of src/delivery: ${rows.callbacks}`);
for (const [lines, name] of rows.long.sort(([one], [other]) => other - one))
  console.log(`${lines} lines: ${name}`);

function measure(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const visit = (node) => {
    if (ts.isAsExpression(node) && node.type.getText(source) !== 'const') rows.casts++;
    if (file.startsWith('src/delivery/') && isPositionalCallback(node)) rows.callbacks++;
    if (ts.isFunctionLike(node) && node.body) {
      const code = node.getText(source).split('\n');
      const lines = code.filter((line) => line.trim() && !/^\s*(?:\/\/|\*|\/\*)/.test(line)).length;
      const name = node.name?.getText(source) ?? 'anonymous';
      if (lines > LONG) rows.long.push([lines, `${file} ${name}`]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** A parameter of a declared function that is a function itself. */
function isPositionalCallback(node) {
  const { parent } = node;
  return (
    ts.isParameter(node) &&
    node.type !== undefined &&
    ts.isFunctionTypeNode(node.type) &&
    (ts.isFunctionDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isConstructorDeclaration(parent))
  );
}
