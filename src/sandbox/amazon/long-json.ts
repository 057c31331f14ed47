import { isJsonObject } from '../../json.js';
import type { SandboxAnswer, SandboxRequest } from '../exchange.js';

const MARK = '@long:';
const MARKED = /"@long:(\d+)"/g;

/** A JSON answer in which values made by {@link long} are bare numbers, digit for digit. */
export function answerLongJson(status: number, value: unknown, type: string): SandboxAnswer {
  const body = JSON.stringify(value).replace(MARKED, '$1');
  return { status, headers: { 'content-type': type }, body };
}

/** Digits that {@link answerLongJson} writes without quotes. */
export function long(digits: string): string {
  return MARK + digits;
}

/** What a body says, and the digits of its top-level numbers, which reading would round. */
export interface LongBody {
  value: Record<string, unknown>;
  /** The number at a field as it was written; undefined where the field holds no whole number. */
  digitsOf: (field: string) => string | undefined;
}

/** Reads a JSON object whose ids may be beyond 2^53; undefined where the body is none. */
export function readLongBody(request: SandboxRequest): LongBody | undefined {
  const text = request.body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const digitsOf = (field: string): string | undefined =>
    new RegExp(`"${field}"\\s*:\\s*(\\d+)(?=\\s*[,}])`).exec(text)?.[1];
  return { value, digitsOf };
}
