// The licences of what is in the bundle: most ask that their text goes with every copy.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Name, version and licence text of every package that one of `files` is from. */
export function collectNotices(files) {
  const folders = new Set(files.flatMap((file) => packageFolderOf(file) ?? []));
  const notices = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    return `${name} ${version} (${license})\n\n${readLicence(folder)}`;
  });
  return `Third-party packages that the files in this folder contain, with their licenses.\n\n${notices.sort().join('\n\n----\n\n')}\n`;
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

function findLicence(folder) {
  return readdirSync(folder).find((entry) => /^(?:licen[cs]e|copying)(?:\.|-|$)/i.test(entry));
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/**
 * The text of a package's own file, of its README, of another package of the same publisher with
 * the same license, or of the license that it names.
 */
function readLicence(folder) {
  const names = readdirSync(folder);
  const name = findLicence(folder);
  if (name) return readFileSync(join(folder, name), 'utf8').trim();
  const readme = names.find((entry) => /^readme(?:\.|$)/i.test(entry));
  const [, section] =
    /^#+ licen[cs]e\s*\n([^]+)/im.exec(readme ? readFileSync(join(folder, readme), 'utf8') : '') ??
    [];
  if (section && /copyright/i.test(section)) return section.split(/^#/m)[0].trim();
  const { license, author } = readManifest(folder);
  const publisher = dirname(folder);
  if (basename(publisher).startsWith('@')) {
    const sibling = readdirSync(publisher)
      .map((entry) => join(publisher, entry))
      .find((other) => readManifest(other).license === license && findLicence(other));
    if (sibling) return readFileSync(join(sibling, findLicence(sibling)), 'utf8').trim();
  }
  if (license === 'ISC' && author) return `Copyright (c) ${author.name ?? author}\n\n${ISC}`;
  return 'No text of the licence is in the package.';
}

// https://spdx.org/licenses/ISC.html, 2026-12-01
const ISC = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee
is hereby granted, provided that the above copyright notice and this permission notice appear in all
copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS
SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE
AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE
OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS
SOFTWARE.`;
