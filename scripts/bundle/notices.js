// The licences of what is in the bundle: most ask that their text goes with every copy.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Name, version and licence text of every package that one of `files` is from. */
export function collectNotices(files) {
  const folders = new Set(files.flatMap((file) => packageFolderOf(file) ?? []));
  const notices = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${readLicence(folder)}`;
  });
  return `What the files beside this one contain of other packages, with their licences.\n\n${notices.sort().join('\n\n----\n\n')}\n`;
}

/** The folder of the package that a file is from; none for our own. */
function packageFolderOf(file) {
  if (!file.includes('node_modules')) return undefined;
  let folder = dirname(file);
  // A folder may hold a package.json only to say how its files are read.
  while (!isPackage(folder)) folder = dirname(folder);
  return folder;
}

function isPackage(folder) {
  const file = join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version !== undefined;
}

function readLicence(folder) {
  const name = readdirSync(folder).find((entry) => /^(?:licen[cs]e|copying)(?:\.|-|$)/i.test(entry));
  return name ? readFileSync(join(folder, name), 'utf8').trim() : 'No text of the licence is in the package.';
}
