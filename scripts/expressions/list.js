// Prints every regular expression of the sources as a Markdown table: `npm run expressions`.
import { fileURLToPath } from 'node:url';
import { isUnbounded } from './attacks.js';
import { findExpressions } from './find.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const found = findExpressions(ROOT, ['src', 'commands', 'bin']);
console.log('| where | name | expression | characters from one start |\n| --- | --- | --- | --- |');
for (const { file, line, name, source, flags } of found) {
  const code =
    source === undefined
      ? 'made when it runs'
      : `\`\` /${source.replaceAll('|', '\\|')}/${flags} \`\``;
  const reach = source === undefined ? '' : isUnbounded(source, flags) ? 'any number' : 'bounded';
  console.log(`| ${file}:${line} | ${name} | ${code} | ${reach} |`);
}
console.log(`\n${found.length} expressions.`);
