import { isJsonObject, parseJsonObject, type JsonObject } from '../../json.js';

/** Characters of a body that are looked at. */
const MAX_READ = 4096;
/** Fields that say whether it went well, as true or false. */
const FLAGS = ['success', 'ok', 'succeeded', 'accepted', 'valid'];
/** Fields that say it in a word. */
const WORDS = ['status', 'result', 'state', 'outcome', 'response'];
/** Fields that hold what went wrong. */
const ERRORS = ['error', 'errors', 'error_message', 'error_code', 'err'];
const NO =
  /^(?:errors?|err|fail(?:ed|ure|s)?|invalid|reject(?:ed)?|denied|refused|declined|unauthori[sz]ed|forbidden|nok|ko|not[ _-]?ok|no|false|bad[ _-]?request|not[ _-]?found|missing|unsuccessful)$/i;
/** A plain text that begins with a word of refusal. */
const TEXT_NO =
  /^[\s"'[({*!-]{0,10}(?:errors?|fail(?:ed|ure)?|invalid|reject(?:ed)?|denied|refused|declined|unauthori[sz]ed|forbidden|bad request|not (?:found|ok|accepted|valid)|missing|unknown|no such|nok|ko|false|(?:success|ok|status|result)\s{0,3}[=:]\s{0,3}["']?(?:false|0|no|error|fail(?:ed|ure)?|invalid|rejected))\b/i;
const NO_ERROR = /^(?:0|none|null|no|false|ok|no[ _-]?errors?|success)?$/i;

/**
 * Why the body of a success says that it was none, in words; undefined where it says nothing
 * against it. Used where the template has no rule for the body.
 */
export function readRefusal(text: string): string | undefined {
  const start = text.slice(0, MAX_READ).trim();
  if (start === '' || start.startsWith('<')) return undefined;
  const json = start.startsWith('{') ? parseJsonObject(text.trim()) : undefined;
  const refused = json ? findField(json) : TEXT_NO.test(start) ? 'its text' : undefined;
  return refused === undefined ? undefined : `the response is a refusal by ${refused}`;
}

/** The field that says no, in words. */
function findField(json: JsonObject): string | undefined {
  const fields = new Map(Object.entries(json).map(([name, value]) => [name.toLowerCase(), value]));
  const flag = FLAGS.find((name) => isNo(fields.get(name)));
  const word = WORDS.find((name) => isNo(fields.get(name)));
  const error = ERRORS.find((name) => isError(fields.get(name)));
  const found = flag ?? word ?? error;
  return found === undefined ? undefined : `its field ${found}`;
}

function isNo(value: unknown): boolean {
  return value === false || (typeof value === 'string' && NO.test(value.trim()));
}

function isError(value: unknown): boolean {
  if (typeof value === 'string') return !NO_ERROR.test(value.trim());
  if (typeof value === 'number') return value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  return value === true || (isJsonObject(value) && Object.keys(value).length > 0);
}
