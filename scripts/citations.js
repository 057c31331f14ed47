// `npm run citations`: every page that a source or a page cites is in the repository, and so is the
// heading after its `#`. Sources cite pages by their path from the root
// (`docs/reference/amazon.md#click-ids`), pages link them relative to themselves. Part of
// `npm run check`.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SOURCES =
  /^(?:src|commands|bin|scripts|test|examples|\.ci|\.github)\/.*\.(?:[cm]?[jt]s|sh|ya?ml)$/;
const PAGES = /^(?:[\w-]+|(?:docs|examples|\.github)\/.*)\.md$/;
/** Holds broken citations, to prove that they are found. */
const OWN_TEST = 'test/scripts/citations.test.ts';
const URL_TEXT = /\bhttps?:\/\/[^\s<>"'`]+/g;
/** A page in a comment, such as `docs/events.md`; a bare name such as `README.md` too. */
const IN_COMMENT = /(?<![\w/.}-])((?:[\w.-]+\/)*[\w-]+\.md)\b(?:#([\w-]+))?/g;
/** A page in code, such as `docs/privacy.md` in a text that is printed. */
const IN_CODE = /(?<![\w/.}-])(docs\/[\w./-]+\.md)\b(?:#([\w-]+))?/g;
const COMMENT_LINE = /^\s*(?:\/?\*|\/\/|#)|\s\/\/ /;
const LINK = /\]\(([^)\s]*?)(?:#([\w-]*))?\)/g;

/**
 * Finds citations that lead nowhere.
 * @param files paths of the repository, with `/`
 * @param read the text of one of them
 * @returns one sentence for each citation that is wrong, with file and line
 */
export function findBrokenCitations(files, read) {
  const known = new Set(files);
  const folders = new Set(files.flatMap((file) => foldersOf(file)));
  const headings = new Map();
  const headingsOf = (page) => {
    if (!headings.has(page)) headings.set(page, listAnchors(read(page)));
    return headings.get(page);
  };
  const check = (page, anchor) => {
    if (!known.has(page) && !folders.has(page)) return `${page} does not exist`;
    if (!anchor || !page.endsWith('.md') || headingsOf(page).has(anchor)) return undefined;
    return `${page} has no heading #${anchor}`;
  };
  const checkSource = (file) =>
    read(file)
      .replace(URL_TEXT, blank)
      .split('\n')
      .flatMap((line, index) =>
        [...line.matchAll(COMMENT_LINE.test(line) ? IN_COMMENT : IN_CODE)].flatMap(
          ([, page, anchor]) => {
            const problem = check(page, anchor);
            return problem ? [`${file}:${index + 1}: ${problem}`] : [];
          },
        ),
      );
  return files.flatMap((file) => {
    if (SOURCES.test(file)) return checkSource(file);
    if (!PAGES.test(file)) return [];
    const text = read(file).replace(/^```[^]*?^```/gm, blank);
    return [...text.matchAll(LINK)].flatMap(({ 1: target, 2: anchor, index }) => {
      if (/^(?:https?|mailto):/.test(target)) return [];
      const page = target === '' ? file : posix.join(posix.dirname(file), target);
      const problem = check(page.replace(/\/$/, ''), anchor);
      return problem ? [`${file}:${text.slice(0, index).split('\n').length}: ${problem}`] : [];
    });
  });
}

/** Anchors that GitHub gives to the headings of a page: lower case, `-` for spaces. */
function listAnchors(text) {
  const anchors = new Set();
  for (const [, title] of text.replace(/^```[^]*?^```/gm, '').matchAll(/^#+ +(.+)$/gm)) {
    const slug = title
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

function foldersOf(file) {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
}

function blank(text) {
  return text.replace(/[^\n]/g, ' ');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = execFileSync(
    'git',
    ['-C', root, 'ls-files', '--cached', '--others', '--exclude-standard'],
    { encoding: 'utf8' },
  )
    .split('\n')
    .filter((file) => file && file !== OWN_TEST);
  const broken = findBrokenCitations(files, (file) => readFileSync(root + file, 'utf8'));
  for (const sentence of broken) console.log(sentence);
  if (broken.length > 0) process.exitCode = 1;
}
