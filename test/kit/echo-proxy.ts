import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { isJsonObject } from '../../src/json.js';
import { makeSeededRandom } from './seeded-random.js';

type Encode = (secret: string) => string;

const toUnits = (encode: (code: number) => string): Encode => {
  return (secret) =>
    Array.from({ length: secret.length }, (_, at) => encode(secret.charCodeAt(at))).join('');
};
const hexOf = (code: number, width: number): string => code.toString(16).padStart(width, '0');
const swapCase: Encode = (secret) =>
  secret.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );

/** Ways in which an answer may spell a whole secret, by name. */
const WHOLE: Readonly<Record<string, Encode>> = {
  plain: (secret) => secret,
  'URL-encoded': (secret) => encodeURIComponent(secret),
  'URL-encoded twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  'every character URL-encoded': toUnits((code) => `%${hexOf(code, 2)}`),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  'base64url after an id': (secret) => Buffer.from(`a:${secret}`).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  'hex in capitals': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'hex of hex': (secret) => Buffer.from(Buffer.from(secret).toString('hex')).toString('hex'),
  'hex dump': (secret) => Buffer.from(secret).toString('hex').replace(/../g, '$& ').trim(),
  'JSON string': (secret) => JSON.stringify(secret),
  'JSON escapes': toUnits((code) => `\\u${hexOf(code, 4)}`),
  'HTML references': toUnits((code) => `&#x${hexOf(code, 2)};`),
  capitals: (secret) => secret.toUpperCase(),
  'small letters': (secret) => secret.toLowerCase(),
  'case swapped': swapCase,
};
/** Ways that only exact knowledge of the secret recognizes. */
const PARTS: Readonly<Record<string, Encode>> = {
  'first 9 characters': (secret) => secret.slice(0, 9),
  'last 12 characters': (secret) => secret.slice(-12),
  'split by blanks': (secret) => secret.replace(/.{4}/g, '$& '),
  'split by line ends': (secret) => secret.replace(/.{6}/g, '$&\r\n'),
  'split by invisible characters': (secret) => secret.replace(/.{3}/g, '$&\u200b'),
};
/**
 * A token that the sandbox issued is echoed whole: another answer may repeat it before a process
 * has read the one that brings it, or in a process that never does.
 */
const ISSUED = Object.values(WHOLE);
const GIVEN = [...ISSUED, ...Object.values(PARTS)];
/**
 * A code of 20 or 27 characters is too short to be told from words for certain by a process that
 * never held it (one in fifty is not), but as hex it has a shape.
 */
const SHORT_CODE = 32;
const SHORT = Object.entries(WHOLE).flatMap(([name, encode]) =>
  name.startsWith('hex') ? [encode] : [],
);

/** Fields of a successful answer that a client needs as they are. */
const NEEDED = /token|scope|code$|^status$|state$|id$|ids$|type$|region|country|currency|success$/i;
/** Fields that hold a secret. */
const SECRET_FIELDS = /^(?:access_token|refresh_token)$/;

export interface EchoProxy {
  url: string;
  /** Every secret that passed, in either direction. */
  secrets: ReadonlySet<string>;
  /** Answers every request of a matching path with this status and a body that echoes. */
  refuse: (match: string | undefined, status?: number) => void;
}

/**
 * A proxy before a sandbox whose every answer repeats every secret that it has seen, in an encoding
 * that the dice choose each time: in headers, in error texts and codes, in names and in messages.
 * @param aliases what the program is given as a secret, and what the sandbox knows instead
 */
export async function startEchoProxy(
  target: string,
  aliases: ReadonlyMap<string, string>,
  seed = 1,
): Promise<EchoProxy> {
  const secrets = new Set<string>(aliases.keys());
  const issuedAs = new Map([...aliases].map(([given, known]) => [known, given]));
  const random = makeSeededRandom(seed);
  const pick = (encodings: readonly Encode[]): Encode =>
    encodings[Math.floor(random() * encodings.length)]!;
  let refused: { match: string; status: number } | undefined;
  const echo = (): string => {
    // Another order each time, so that each secret comes first in a text that is cut.
    const order = [...secrets]
      .map((secret) => [random(), secret] as const)
      .toSorted(([one], [two]) => one - two);
    return order.map(([, secret]) => pick(encodingsOf(secret))(secret)).join(' ');
  };
  const encodingsOf = (secret: string): readonly Encode[] => {
    if (aliases.has(secret)) return GIVEN;
    return secret.length < SHORT_CODE ? SHORT : ISSUED;
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = translate(await readWhole(request), aliases);
    const path = translate(request.url ?? '/', aliases);
    learn(secrets, new URLSearchParams(path.slice(path.indexOf('?') + 1)), aliases);
    learn(secrets, new URLSearchParams(body), aliases);
    if (refused && (request.url ?? '').includes(refused.match)) {
      send(response, refused.status, { error: echo(), error_description: echo(), message: echo() });
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers)
        .filter(([name]) => !/^(?:host|connection|content-length|transfer-encoding)$/.test(name))
        .map(([name, value]) => [name, translateHeader(String(value), aliases)]),
    );
    const answer = await fetch(target + path, {
      method: request.method ?? 'GET',
      headers,
      redirect: 'manual',
      ...(body === '' ? {} : { body }),
    });
    const location = answer.headers.get('location');
    if (location !== null) {
      learn(secrets, new URL(location).searchParams, aliases);
      response.writeHead(answer.status, { location }).end();
      return;
    }
    const text = translate(await answer.text(), issuedAs);
    const json = parse(text);
    if (json === undefined) {
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? '',
      });
      response.end(answer.status >= 400 ? `${text} ${echo()}` : text);
      return;
    }
    collect(secrets, json);
    send(response, answer.status, spoil(json, isRefusal(answer.status, json), echo));
  }

  function send(response: ServerResponse, status: number, json: unknown): void {
    const echoed = Buffer.from(echo(), 'latin1')
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, '_');
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    for (const name of ['x-request-id', 'x-amzn-requestid', 'x-transaction-id', 'x-fb-trace-id']) {
      headers[name] = echoed.slice(0, 2000);
    }
    response.writeHead(status, headers).end(JSON.stringify(json));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(502).end(String(error));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets,
    refuse: (match, status = 400) => {
      refused = match === undefined ? undefined : { match, status };
    },
  };
}

/** Characters of a secret, of its base64 and of its hex by which it would be recognized. */
const PIECE = 8;
const BASE64_PIECE = 12;
const HEX_PIECE = 16;

/** The pieces of `secrets` that `text` shows, in any encoding; each as it was found. */
export function findEchoes(text: string, secrets: Iterable<string>): string[] {
  const needles = makeNeedles(secrets);
  const found = new Set<string>();
  for (const haystack of listReadings(text)) {
    for (const [size, pieces] of needles) {
      for (let at = 0; at + size <= haystack.length; at += 1) {
        const piece = haystack.slice(at, at + size);
        if (pieces.has(piece)) found.add(piece);
      }
    }
  }
  return [...found];
}

/** `text` as it is, and with escapes resolved and blanks removed. */
function listReadings(text: string): string[] {
  const plain = text.toLowerCase();
  let decoded = plain;
  for (let round = 0; round < 3; round += 1) {
    decoded = decoded
      .replace(/%([0-7][0-9a-f])/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      )
      .replace(/\\+u([0-9a-f]{4})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      )
      .replace(/&#x([0-9a-f]{2});/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
  }
  return [plain, decoded.toLowerCase(), decoded.toLowerCase().replace(/[\s\u200b]+/g, '')];
}

function makeNeedles(secrets: Iterable<string>): ReadonlyMap<number, ReadonlySet<string>> {
  const needles = new Map<number, Set<string>>();
  const add = (text: string, size: number): void => {
    const pieces = needles.get(size) ?? new Set<string>();
    needles.set(size, pieces);
    for (let at = 0; at + size <= text.length; at += 1) {
      const piece = text.slice(at, at + size);
      // "refresh" ends Reddit's tokens, and is a word.
      if (new Set(piece).size >= 4 && !/[a-z]{6}/.test(piece)) pieces.add(piece);
    }
  };
  for (const secret of secrets) {
    const hex = Buffer.from(secret).toString('hex');
    // Hashes are hex too: 8 digits that one shares with a token are chance.
    add(secret.toLowerCase(), /^[0-9a-f]+$/i.test(secret.slice(3)) ? HEX_PIECE : PIECE);
    add(Buffer.from(secret).toString('base64').toLowerCase(), BASE64_PIECE);
    add(Buffer.from(`a:${secret}`).toString('base64url').toLowerCase().slice(3), BASE64_PIECE);
    add(hex, HEX_PIECE);
    add(Buffer.from(hex).toString('hex'), HEX_PIECE * 2);
  }
  return needles;
}

function isRefusal(status: number, json: unknown): boolean {
  if (status >= 400) return true;
  return isJsonObject(json) && typeof json['code'] === 'number' && json['code'] !== 0;
}

function spoil(value: unknown, isRefused: boolean, echo: () => string, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => spoil(item, isRefused, echo, name));
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => [
      key,
      spoil(item, isRefused, echo, key),
    ]);
    return Object.fromEntries([...entries, ['note', echo()]]) as unknown;
  }
  if (typeof value !== 'string') return value;
  if (/request_?id|trace_?id|debug_id/i.test(name)) return echo();
  if (!isRefused && NEEDED.test(name)) return value;
  return /^(?:error|code|status|reason|field|@type)$/.test(name) ? value : `${value} ${echo()}`;
}

function collect(secrets: Set<string>, value: unknown): void {
  if (Array.isArray(value)) for (const item of value) collect(secrets, item);
  if (!isJsonObject(value)) return;
  for (const [name, item] of Object.entries(value)) {
    if (SECRET_FIELDS.test(name) && typeof item === 'string') secrets.add(item);
    else collect(secrets, item);
  }
}

/** Notes authorization codes and verifiers that the sandbox made or the program sent. */
function learn(
  secrets: Set<string>,
  parameters: URLSearchParams,
  aliases: ReadonlyMap<string, string>,
): void {
  for (const name of ['code', 'auth_code', 'code_verifier', 'refresh_token', 'client_secret']) {
    const value = parameters.get(name);
    if (value && ![...aliases.values()].includes(value)) secrets.add(value);
  }
}

function translate(text: string, aliases: ReadonlyMap<string, string>): string {
  let translated = text;
  for (const [given, known] of aliases) {
    translated = translated
      .replaceAll(encodeURIComponent(given), encodeURIComponent(known))
      .replaceAll(given, known);
  }
  return translated;
}

/** As {@link translate}; Basic authentication is decoded first. */
function translateHeader(value: string, aliases: ReadonlyMap<string, string>): string {
  const [scheme, basic] = value.split(' ', 2);
  if (scheme !== 'Basic' || basic === undefined) return translate(value, aliases);
  const plain = translate(Buffer.from(basic, 'base64').toString('utf8'), aliases);
  return `Basic ${Buffer.from(plain).toString('base64')}`;
}

async function readWhole(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
