// TypeScript's CommonJS loads every import of a file with the file. In oclif that is the parser, the help, the spinner and the plugin
// loader for each command; here each is loaded when it is first used.

/** A top-level import as TypeScript writes it: `const parse_1 = require("./parse");`, perhaps through an interop helper. */
const IMPORT = /^const (\w+_\d+) = ((?:__importDefault\(|__importStar\()?require\((["'])[^"']+\3\)\)?);$/gm;

/** A CommonJS text of TypeScript's whose imports wait for their first use. Order of evaluation is all that changes. */
export function makeRequiresLazy(text) {
  const imports = new Map([...text.matchAll(IMPORT)].map(([, name, expression]) => [name, expression]));
  if (imports.size === 0) return text;
  let body = text.replace(IMPORT, '');
  for (const name of imports.keys())
    body = body.replaceAll(new RegExp(`(?<![\\w$.])${name}(?![\\w$])`, 'g'), `$lazy.${name}`);
  const getters = [...imports].map(
    ([name, expression]) =>
      `get ${name}() { const value = ${expression}; Object.defineProperty(this, '${name}', { value }); return value; }`,
  );
  return `const $lazy = { ${getters.join(', ')} };\n${body}`;
}
