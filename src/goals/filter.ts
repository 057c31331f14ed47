import type { ConversionEvent } from '../events/conversion-event.js';
import { isJsonObject } from '../json.js';
import { compareDecimals, parseDecimal, type Decimal } from '../decimal.js';

export const OPERATORS = ['=', '!=', '>', '>=', '<', '<=', 'in', 'exists', 'contains'] as const;
export type Operator = (typeof OPERATORS)[number];

/** Value to compare a property with. Quoted text is always text, even if it looks like a number. */
interface Operand {
  text: string;
  number?: Decimal;
}

/** A parsed condition of a goal. */
export interface Condition {
  text: string;
  /** Property name; dots lead into objects. */
  field: string;
  operator: Operator;
  /** One, several for `in`, none for `exists`. */
  operands: Operand[];
}

/**
 * `problem` is a clause that follows the condition's text: "`value>` has nothing to compare with".
 */
export type ParsedCondition = { condition: Condition } | { problem: string };

const FIELD = String.raw`[\p{L}_$][\p{L}\p{N}_$.-]*?`;
const WITH_SIGN = new RegExp(String.raw`^(${FIELD})\s*(!=|>=|<=|=|>|<)(.*)$`, 'su');
const WITH_WORD = new RegExp(
  String.raw`^(${FIELD})\s+(in|exists|contains)(?:(?=[\s(\["])(.*))?$`,
  'isu',
);
/**
 * Pattern of a condition, for JSON Schema. {@link parseCondition} validates the text after the
 * operator.
 */
export const CONDITION_PATTERN = String.raw`^\s*${FIELD}(?:\s*(?:!=|>=|<=|=|>|<)\s*[^\s=<>!]|\s+[iI][nN][\s(\[]+\S|\s+[eE][xX][iI][sS][tT][sS]\s*$|\s+[cC][oO][nN][tT][aA][iI][nN][sS]\s+\S)`;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/s;
/** A part of a list, with the blanks after it, and the comma that ends it. */
const LIST_PART = /^("(?:[^"\\]|\\.)*"\s*|[^",]*)(,|$)/s;
const EXPECTED = `expected a property, one of ${OPERATORS.join(' ')}, and a value, such as value>10`;

/**
 * Parses one condition: `value>10`, `currency=USD`, `item_id in starter, "big, pack"`,
 * `transaction_id exists`, `item_name contains gold`.
 */
export function parseCondition(given: string): ParsedCondition {
  const text = given.trim();
  const [, field, sign, rest = ''] = WITH_SIGN.exec(text) ?? WITH_WORD.exec(text) ?? [];
  if (field === undefined || sign === undefined) return { problem: `cannot be read: ${EXPECTED}` };
  const operator = sign.toLowerCase() as Operator;
  const operands = readOperands(rest.trim(), operator);
  if (typeof operands === 'string') return { problem: operands };
  return { condition: { text, field, operator, operands } };
}

function readOperands(rest: string, operator: Operator): Operand[] | string {
  if (operator === 'exists') return rest === '' ? [] : 'has text after exists';
  if (operator === '=' && /^[<>]/.test(rest))
    return `has =${rest[0]}, which is not an operator; did you mean ${rest[0]}=?`;
  if (/^[=<>!]/.test(rest)) return 'has two operators; put a value that begins with one in quotes';
  const list = operator === 'in';
  const texts = splitOperands(list ? rest.replace(/^\((.*)\)$|^\[(.*)\]$/s, '$1$2') : rest, list);
  if (texts === undefined) return 'has an unclosed quote, or text after a closing quote';
  if (texts.some((part) => part === '')) return 'has no value to compare with';
  const operands = texts.map(readOperand);
  if (/^[<>]/.test(operator) && operands[0]?.number === undefined)
    return `needs a number after ${operator}`;
  return operands;
}

/** The parts between commas that stand outside quotes; undefined where quotes do not match. */
function splitOperands(text: string, list: boolean): string[] | undefined {
  if (!list) return text.startsWith('"') && !QUOTED.test(text) ? undefined : [text];
  const parts: string[] = [];
  let rest = text.trim();
  for (;;) {
    const part = LIST_PART.exec(rest);
    if (part === null) return undefined;
    parts.push(part[1]!.trimEnd());
    if (part[2] === '') return parts;
    rest = rest.slice(part[0].length).trimStart();
  }
}

function readOperand(text: string): Operand {
  if (text.startsWith('"')) return { text: text.slice(1, -1).replace(/\\(.)/gs, '$1') };
  const number = parseDecimal(text);
  return number === undefined ? { text } : { text, number };
}

/**
 * Whether the event meets the condition. A property that is absent (or null) meets none, `!=`
 * included: what is not known is not counted. Numbers, also in text, are compared as decimals;
 * anything else as text, letter by letter.
 */
export function meetsCondition(event: ConversionEvent, condition: Condition): boolean {
  const found = findProperty(event, condition.field);
  if (found === undefined || found === null) return false;
  const { operator, operands } = condition;
  switch (operator) {
    case 'exists':
      return found !== '';
    case 'in':
      return operands.some((operand) => equals(found, operand));
    case '=':
      return equals(found, operands[0]!);
    case '!=':
      return !equals(found, operands[0]!);
    case 'contains':
      return contains(found, operands[0]!);
    default:
      return holdsOrder(operator, compareNumbers(found, operands[0]!));
  }
}

/**
 * The event's own fields first, because they hold money as written; then its properties, by name,
 * then by path.
 */
export function findProperty(event: ConversionEvent, field: string): unknown {
  return findOwnField(event, field) ?? findPath(event.properties, field);
}

function findOwnField(event: ConversionEvent, field: string): unknown {
  switch (field) {
    case 'value':
      return event.value;
    case 'currency':
      return event.currency;
    case 'quantity':
      return event.quantity;
    case 'transaction_id':
      return event.transactionId;
    case 'item_id':
      return event.itemId;
    case 'item_name':
      return event.itemName;
    case 'country':
      return event.identifiers.country;
    default:
      return undefined;
  }
}

function findPath(properties: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(properties, path)) return properties[path];
  let found: unknown = properties;
  for (const name of path.split('.')) {
    if (!isJsonObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

function equals(found: unknown, operand: Operand): boolean {
  const order = compareNumbers(found, operand);
  if (order !== undefined) return order === 0;
  return isScalar(found) && String(found) === operand.text;
}

function contains(found: unknown, operand: Operand): boolean {
  if (Array.isArray(found)) return found.some((item) => equals(item, operand));
  return isScalar(found) && String(found).includes(operand.text);
}

/** Returns undefined if either is not a number. */
function compareNumbers(found: unknown, operand: Operand): number | undefined {
  if (operand.number === undefined || (typeof found !== 'number' && typeof found !== 'string'))
    return undefined;
  const number = parseDecimal(String(found).trim());
  return number && compareDecimals(number, operand.number);
}

function holdsOrder(operator: Operator, order: number | undefined): boolean {
  if (order === undefined) return false;
  if (order === 0) return operator === '>=' || operator === '<=';
  return order > 0 === operator.startsWith('>');
}

function isScalar(found: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof found);
}
