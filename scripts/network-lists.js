// Writes the names of the networks into schemas/: the build takes them from the profiles, so that
// a new network touches no schema.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const schemas = join(root, 'schemas');
/** Width of a line that prettier leaves on one line, in columns. */
const WIDTH = 100;
/** A list of networks: an enumeration whose first value is the first network. */
const LIST = /^( *)"enum": \[\s*"amazon",[^\]]*\](,?)$/gm;

/** Brings the lists in schemas/ up to date; a file that has the right one is not written. */
export async function refreshNetworkLists() {
  const names = join(root, 'dist', 'src', 'networks', 'names.js');
  const { NETWORK_NAMES } = await import(pathToFileURL(names).href);
  for (const file of readdirSync(schemas).filter((name) => name.endsWith('.json'))) {
    const path = join(schemas, file);
    const text = readFileSync(path, 'utf8');
    const written = text.replace(LIST, (_, indent, comma) =>
      writeList(NETWORK_NAMES, indent, comma),
    );
    if (written !== text) writeFileSync(path, written);
  }
}

function writeList(names, indent, comma) {
  const quoted = names.map((name) => JSON.stringify(name));
  const line = `${indent}"enum": [${quoted.join(', ')}]${comma}`;
  if (line.length <= WIDTH) return line;
  const items = quoted.map((name) => `${indent}  ${name}`).join(',\n');
  return `${indent}"enum": [\n${items}\n${indent}]${comma}`;
}
