// Finds every regular expression of the sources: literals, and `new RegExp(…)` of text that is
// known before the run.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * One expression of the sources.
 * @typedef {{ file: string, line: number, name: string, source: string | undefined, flags: string
 *   }} Expression `name` is the constant or function that holds it; `source` is undefined where
 *   parts are only known when it runs.
 */

/**
 * Returns the expressions of all TypeScript and JavaScript files in `folders`, by file and line.
 * @param {string} root the folder that the file names start from
 * @param {readonly string[]} folders
 * @returns {Expression[]}
 */
export function findExpressions(root, folders) {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((name) =>
        join(folder, String(name)),
      ),
    )
    .filter((name) => /\.[jt]s$/.test(name))
    .sort()
    .flatMap((name) => findIn(name, readFileSync(join(root, name), 'utf8')));
}

/**
 * @param {string} file
 * @param {string} text
 * @returns {Expression[]}
 */
export function findIn(file, text) {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const constants = new Map();
  const found = [];
  visit(tree, (node) => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      constants.set(node.name.text, node.initializer);
    }
  });
  visit(tree, (node) => {
    const expression = readExpression(node, constants);
    if (!expression) return;
    const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    found.push({ file, line, name: nameOf(node), ...expression });
  });
  return found;
}

function visit(node, look) {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function readExpression(node, constants) {
  if (ts.isRegularExpressionLiteral(node)) {
    const end = node.text.lastIndexOf('/');
    return { source: node.text.slice(1, end), flags: node.text.slice(end + 1) };
  }
  const isMade =
    (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
    node.expression.getText() === 'RegExp';
  if (!isMade) return undefined;
  const [source, flags] = node.arguments ?? [];
  return {
    source: textOf(source, constants),
    flags: flags ? (textOf(flags, constants) ?? '') : '',
  };
}

/**
 * The value of an expression that is text without anything of the run in it; undefined for others.
 */
function textOf(node, constants) {
  if (!node) return undefined;
  if (ts.isIdentifier(node)) return textOf(constants.get(node.text), constants);
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) return joinTemplate(node, constants, (part) => part.text);
  if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'String.raw') {
    const { template } = node;
    const raw = (part) => part.rawText ?? part.text;
    return ts.isNoSubstitutionTemplateLiteral(template)
      ? raw(template)
      : joinTemplate(template, constants, raw);
  }
  return undefined;
}

function joinTemplate(node, constants, textOfPart) {
  let text = textOfPart(node.head);
  for (const { expression, literal } of node.templateSpans) {
    const value = textOf(expression, constants);
    if (value === undefined) return undefined;
    text += value + textOfPart(literal);
  }
  return text;
}

/** The nearest constant, property, method or function around a node. */
function nameOf(node) {
  for (let around = node.parent; around; around = around.parent) {
    const isNamed =
      ts.isVariableDeclaration(around) ||
      ts.isFunctionDeclaration(around) ||
      ts.isMethodDeclaration(around) ||
      ts.isPropertyAssignment(around) ||
      ts.isPropertyDeclaration(around);
    if (isNamed && around.name) return around.name.getText();
  }
  return '';
}
