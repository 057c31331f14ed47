import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { isJsonObject } from '../../src/json.js';

type Encode = (secret: string) => string;

/** Ways in which an answer may spell a whole secret. */
const WHOLE: readonly Encode[] = [
  (secret) => secret,
  (secret) => encodeURIComponent(secret),
  (secret) => Buffer.from(secret).toString('base64'),
  (secret) => Buffer.from(`a:${secret}`).toString('base64url'),
  (secret) => Buffer.from(secret).toString('hex'),
  (secret) => JSON.stringify(secret),
  (secret) => secret.toUpperCase(),
];
/**
 * The same with parts, of secrets that the process is given. A token that the sandbox issued is echoed
 * whole: another answer may repeat it before the process has read the one that brings it.
 */
const ENCODINGS: readonly Encode[] = [...WHOLE, (secret) => secret.slice(0, 9), (secret) => secret.slice(-12)];

/** Fields of a successful answer that a client needs as they are. */
const NEEDED = /token|scope|^code$|^status$|state$|id$|ids$|type$|region|country|currency|success$/i;
/** Fields that hold a secret. */
const SECRET_FIELDS = /^(?:access_token|refresh_token)$/;

export interface EchoProxy {
  url: string;
  /** Every secret that passed, in either direction. */
  secrets: ReadonlySet<string>;
  /** Those that the program was given: a process knows them from its start. */
  given: ReadonlySet<string>;
  /** Answers every request of a matching path with this status and a body that echoes. */
  refuse: (match: string | undefined, status?: number) => void;
}

/**
 * A proxy before a sandbox whose every answer repeats every secret that it has seen, in a different
 * encoding each time: in headers, in error texts and codes, in names and in messages.
 * @param aliases what the program is given as a secret, and what the sandbox knows instead
 */
export async function startEchoProxy(target: string, aliases: ReadonlyMap<string, string>): Promise<EchoProxy> {
  const secrets = new Set<string>(aliases.keys());
  let turn = 0;
  let refused: { match: string; status: number } | undefined;
  const echo = (): string => {
    turn += 1;
    const encode = ENCODINGS[turn % ENCODINGS.length]!;
    const encodeIssued = WHOLE[turn % WHOLE.length]!;
    return [...secrets].map((secret) => (aliases.has(secret) ? encode : encodeIssued)(secret)).join(' ');
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
        .map(([name, value]) => [name, translate(String(value), aliases)]),
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
    const text = await answer.text();
    const json = parse(text);
    if (json === undefined) {
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
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
    given: new Set(aliases.keys()),
    refuse: (match, status = 400) => {
      refused = match === undefined ? undefined : { match, status };
    },
  };
}

/** Every piece of 8 characters by which one of `secrets` could be recognised, in any encoding. */
export function findEchoes(text: string, secrets: Iterable<string>): string[] {
  const lower = text.toLowerCase();
  const found: string[] = [];
  for (const secret of secrets) {
    for (const encode of ENCODINGS) {
      const echoed = encode(secret).toLowerCase();
      // `a:` before a secret is not part of it.
      for (let at = 4; at + 8 <= echoed.length; at += 1) {
        const piece = echoed.slice(at, at + 8);
        if (new Set(piece).size >= 3 && lower.includes(piece)) found.push(piece);
      }
    }
  }
  return found;
}

function isRefusal(status: number, json: unknown): boolean {
  if (status >= 400) return true;
  return isJsonObject(json) && typeof json['code'] === 'number' && json['code'] !== 0;
}

function spoil(value: unknown, isRefused: boolean, echo: () => string, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => spoil(item, isRefused, echo, name));
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, spoil(item, isRefused, echo, key)]);
    return Object.fromEntries([...entries, ['note', echo()]]) as unknown;
  }
  if (typeof value !== 'string') return value;
  if (/request_?id|trace_?id|debug_id/i.test(name)) return echo();
  if (!isRefused && NEEDED.test(name)) return value;
  return /^(?:error|code|status|reason)$/.test(name) ? value : `${value} ${echo()}`;
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
function learn(secrets: Set<string>, parameters: URLSearchParams, aliases: ReadonlyMap<string, string>): void {
  for (const name of ['code', 'auth_code', 'code_verifier', 'refresh_token', 'client_secret']) {
    const value = parameters.get(name);
    if (value && ![...aliases.values()].includes(value)) secrets.add(value);
  }
}

function translate(text: string, aliases: ReadonlyMap<string, string>): string {
  let translated = text;
  for (const [given, known] of aliases) {
    translated = translated.replaceAll(encodeURIComponent(given), encodeURIComponent(known)).replaceAll(given, known);
  }
  return translated;
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
