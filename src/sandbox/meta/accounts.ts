import { answerJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { RouteParams } from '../route.js';
import { answerError, answerNoObject, type AnswerParts } from './answers.js';
import { listPixels } from './seed.js';
import { findScriptedError } from './scripted-errors.js';
import type { MetaToken } from './token.js';

/** Fewer than the 100 that may be asked for, so that clients meet a cursor. */
const ROWS_A_PAGE = 10;
const NO_PERMISSION = '(#200) Requires ads_read permission to manage the object';

type Row = Readonly<Record<string, string>>;

/** `me/adaccounts`. */
export function answerAdAccounts(
  parts: AnswerParts,
  request: SandboxRequest,
  caller: MetaToken,
): SandboxAnswer {
  if (!caller.mayRead) return answerError(parts, { code: 200, message: NO_PERMISSION });
  const rows = caller.user.adAccounts.map(({ id, name }) => ({
    id,
    name,
    account_id: id.replace('act_', ''),
  }));
  return answerPage(parts, request, rows);
}

/** `act_…/adspixels`. */
export function answerAdPixels(
  parts: AnswerParts,
  request: SandboxRequest,
  { node = '' }: RouteParams,
  caller: MetaToken,
): SandboxAnswer {
  const account = caller.mayRead ? caller.user.adAccounts.find(({ id }) => id === node) : undefined;
  if (!account) return answerNoObject(parts, request.method, node);
  if (!account.isOpen) return answerError(parts, { code: 200, message: NO_PERMISSION });
  return answerPage(
    parts,
    request,
    account.pixels.map(({ id, name }) => ({ id, name })),
  );
}

/** One pixel. */
export function answerPixel(
  parts: AnswerParts,
  request: SandboxRequest,
  { node = '' }: RouteParams,
  caller: MetaToken,
): SandboxAnswer {
  if (findScriptedError(node)) return answerJson(200, { id: node, name: 'Sandbox scripted' });
  const pixel = caller.mayRead ? listPixels(caller.user).find(({ id }) => id === node) : undefined;
  return pixel
    ? answerJson(200, pickFields(request, { ...pixel }))
    : answerNoObject(parts, request.method, node);
}

/** The cursor is the place of the last row, in base64 so that nobody counts on it. */
function answerPage(
  parts: AnswerParts,
  request: SandboxRequest,
  rows: readonly Row[],
): SandboxAnswer {
  const { query, host, path } = request;
  const limit = Number(query.get('limit') ?? 25);
  if (!Number.isInteger(limit) || limit < 1) {
    return answerError(parts, {
      code: 100,
      message: '(#100) Param limit must be an integer greater than 0',
    });
  }
  const after = query.get('after');
  const start = after === null ? 0 : readCursor(after);
  if (!(start <= rows.length))
    return answerError(parts, { code: 100, message: 'Invalid cursors values' });
  const end = Math.min(rows.length, start + Math.min(limit, ROWS_A_PAGE));
  const data = rows.slice(start, end).map((row) => pickFields(request, row));
  if (data.length === 0) return answerJson(200, { data });
  const next = new URLSearchParams({ ...Object.fromEntries(query), after: writeCursor(end) });
  return answerJson(200, {
    data,
    paging: {
      cursors: { before: writeCursor(start), after: writeCursor(end) },
      ...(end < rows.length ? { next: `https://${host}${path}?${next.toString()}` } : {}),
    },
  });
}

/** Only the fields that were asked for; the id is always there. */
function pickFields({ query }: SandboxRequest, row: Row): Row {
  const fields = new Set(['id', ...(query.get('fields') ?? '').split(',')]);
  return Object.fromEntries(Object.entries(row).filter(([name]) => fields.has(name)));
}

function writeCursor(row: number): string {
  return Buffer.from(`row:${row}`).toString('base64url');
}

function readCursor(text: string): number {
  const [, row] = /^row:(\d{1,6})$/.exec(Buffer.from(text, 'base64url').toString('utf8')) ?? [];
  return row === undefined ? NaN : Number(row);
}
