// A chunk of the bundle asks at its head for every other chunk and every module of Node's that anything in it uses, and each of those for
// its own. A short command uses few of them; `node:crypto` alone costs 4 ms. Here each is asked for when it is first used.

/** `const require_base = require("../chunks/base-x.js");`, `let node_os = require("node:os");` */
const HEAD = /^(?:const|let) ([\w$]+) = require\("([^"]+)"\);\n/gm;

/** `node_os = require_rolldown_runtime.r(node_os, 1);`: for `import os from 'node:os'` a default beside the names. */
const WITH_DEFAULT = /^([\w$]+) = require_[\w$]+\.\w+\(\1, 1\);\n/gm;

/** A chunk's text, before it is minified, whose requires wait for their first use. Order of evaluation is all that changes. */
export function loadRequiresLate(text) {
  const withDefault = new Set([...text.matchAll(WITH_DEFAULT)].map(([, name]) => name));
  const ids = new Map([...text.matchAll(HEAD)].map(([, name, id]) => [name, id]));
  if (ids.size === 0) return text;
  const loaders = [...ids].map(([name, id]) => {
    // The names by inheritance: a copy of them, which the bundler's helper makes, takes longer than loading most modules.
    const load = withDefault.has(name) ? `$withDefault(require("${id}"))` : `require("${id}")`;
    return `let $${name};\nconst ${name} = () => ($${name} ??= ${load});\n`;
  });
  if (withDefault.size > 0) loaders.push('const $withDefault = (it) => ({ __proto__: it, default: it });\n');
  const names = [...ids.keys()].map((name) => name.replaceAll('$', '\\$'));
  const body = text
    .replace(WITH_DEFAULT, '')
    .replace(HEAD, '')
    // In brackets: `new (name()).Thing()`. Three dots before it are no property access.
    .replace(new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)(?:${names.join('|')})(?![\\w$])`, 'g'), '($&())');
  return loaders.join('') + body;
}
