// `npm run words`: finds the words and sentence forms that docs/development/glossary.md replaces,
// in names, comments, texts and documents. Exceptions are listed in scripts/words.json, each with
// its reason. Part of `npm run check`. Usage: words.js [--all] [FILE...]: of these files only.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const { words, sentences, exceptions } = JSON.parse(
  readFileSync(`${root}scripts/words.json`, 'utf8'),
);
const SOURCES = /^(?:src|commands|test|bin|scripts)\/.*\.(?:ts|js|cjs|mjs)$/;
const DOCUMENTS = /^(?:docs\/.*|README|CONTRIBUTING|SECURITY)\.?(?:md)?$/;

/** A word inside a name: `openLane`, `lane_id`, `LANES`. */
const namePatterns = words
  .filter(({ names = true }) => names)
  .map((word) => ({ ...word, pattern: new RegExp(`^(?:${word.word})$`, 'i') }));
const textPatterns = [
  ...words
    .filter(({ text = true }) => text)
    .map((word) => ({ ...word, pattern: new RegExp(`\\b(?:${word.word})\\b`, 'gi') })),
  ...sentences.map((sentence) => ({
    word: sentence.form,
    use: sentence.use,
    pattern: new RegExp(sentence.pattern, 'g'),
  })),
];

const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const files = execFileSync(
  'git',
  ['-C', root, 'ls-files', '--cached', '--others', '--exclude-standard', '--', ...named],
  {
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter(
    (file) => (SOURCES.test(file) || DOCUMENTS.test(file)) && !file.startsWith('scripts/words'),
  );
const found = files.flatMap((file) =>
  SOURCES.test(file) ? checkSource(file) : checkDocument(file),
);
const open = found.filter((finding) => !isException(finding));
const limit = process.argv.includes('--all') ? Infinity : 60;
for (const { file, line, text, use } of open.slice(0, limit))
  console.log(`${file}:${line}: "${text}": write ${use}`);
if (open.length > limit) console.log(`... and ${open.length - limit} more (--all)`);
if (open.length > 0) process.exitCode = 1;

function checkDocument(file) {
  if (!file.endsWith('.md')) return [];
  return checkText(
    file,
    readFileSync(root + file, 'utf8').replace(/`[^`\n]*`/g, blank),
    0,
    lineCounter(file),
  );
}

function checkSource(file) {
  const text = readFileSync(root + file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const results = [];
  const names = new Set();
  const visit = (node) => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
      if (!names.has(node.text))
        results.push(...checkName(file, node.text, lineOf(node.getStart(source))));
      names.add(node.text);
    } else if (isWords(node)) {
      results.push(...checkText(file, node.text, node.getStart(source), lineOf));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const { pos, end } of commentsOf(text)) {
    results.push(
      ...checkText(
        file,
        text.slice(pos, end).replace(/`[^`\n]*`|\{@link [^}]*\}/g, blank),
        pos,
        lineOf,
      ),
    );
  }
  const path = file
    .replace(/\.[cm]?[jt]s$/, '')
    .split('/')
    .flatMap((part) => part.split(/[-._]/));
  for (const part of path) results.push(...checkName(file, part, 1));
  return results;
}

/**
 * A text for people: one that has words in it. Names of fields and values of enumerations are not.
 */
function isWords(node) {
  const isText =
    ts.isStringLiteral(node) ||
    ts.isNoSubstitutionTemplateLiteral(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node);
  return (
    isText &&
    /\S \S/.test(node.text) &&
    !/^(?:SELECT|INSERT|UPDATE|DELETE|CREATE|WITH|PRAGMA|\s)/.test(node.text)
  );
}

function checkName(file, name, line) {
  const parts = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z]+/);
  return namePatterns
    .filter(({ pattern }) => parts.some((part) => pattern.test(part)))
    .map(({ word, use }) => ({ file, line, text: name, word, use }));
}

function checkText(file, original, start, lineOf) {
  const text = original.replace(/\bin[- ]flight\b/gi, blank);
  return textPatterns.flatMap(({ pattern, word, use }) =>
    [...text.matchAll(pattern)].map((match) => ({
      file,
      line: lineOf(start + match.index),
      text: match[0],
      word,
      use,
    })),
  );
}

function isException({ file, text, word }) {
  return exceptions.some(
    (exception) =>
      (exception.word === undefined || exception.word === word) &&
      (exception.text === undefined || new RegExp(`^(?:${exception.text})$`, 'i').test(text)) &&
      (exception.file === undefined || new RegExp(exception.file).test(file)),
  );
}

/** Comments of a source: found by the scanner, so that a `//` inside a text is not one. */
function* commentsOf(text) {
  const seen = new Set();
  const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  const list = [];
  const visit = (node) => {
    for (const range of [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ]) {
      if (!seen.has(range.pos)) list.push(range);
      seen.add(range.pos);
    }
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  yield* list;
}

function lineCounter(file) {
  const text = readFileSync(root + file, 'utf8');
  return (position) => text.slice(0, position).split('\n').length;
}

function blank(text) {
  return ' '.repeat(text.length);
}
