import { redactRequest } from '../../http/redact.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { ConversionStore } from '../conversion-store.js';
import { answerJson, readJson, readMediaType, type SandboxRequest } from '../exchange.js';
import type { Route } from '../route.js';
import type { SandboxNetwork } from '../sandbox-network.js';

/** Methods that an endpoint takes. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT']);
/** Names under which requests carry the id that makes a second delivery harmless. */
const DEDUPE_NAMES = ['dedupe_id', 'txid', 'transaction_id', 'event_id', 'id'];

/**
 * The sandbox of postback URLs: it answers for every host that no other network's sandbox has, and
 * records each GET, POST and PUT as it came. It is strict about the form only: a body must be what
 * its media type says. Faults make it answer anything else.
 */
export class EndpointRecorder implements SandboxNetwork {
  readonly name = 'http:sandbox';
  readonly routes: readonly Route[] = [];
  readonly #conversions: ConversionStore;

  constructor(conversions: ConversionStore) {
    this.#conversions = conversions;
  }

  /** The route of a request; undefined for a method that no endpoint takes. */
  routeOf({ method }: SandboxRequest): Route | undefined {
    if (!METHODS.has(method)) return undefined;
    return {
      method: method as Route['method'],
      hosts: [],
      path: '*',
      kind: 'api',
      handle: (request) => this.#handle(request),
      refuse,
    };
  }

  refuse = refuse;
  revoke(): void {}
  expire(): void {}
  restore(): void {}
  reset(): void {}

  #handle(request: SandboxRequest) {
    const read = readEvents(request);
    if (typeof read === 'string') return refuse(400, read);
    const headers = showHeaders(request);
    const { method, host, path } = request;
    for (const event of read) {
      const dedupeId = findDedupeId(event);
      this.#conversions.accept(
        {
          network: this.name,
          api: method,
          account: host,
          target: path,
          ...(dedupeId === undefined ? {} : { dedupeId }),
          event: { ...event, headers },
        },
        'latest',
      );
    }
    return answerJson(200, { status: 'ok', received: read.length });
  }
}

function refuse(status: number, message = `HTTP ${status}`) {
  return answerJson(status, { status: 'error', message });
}

/** The events of a request: one, or those of a list in its JSON; a sentence where it has none. */
function readEvents(request: SandboxRequest): JsonObject[] | string {
  const query = Object.fromEntries(request.query);
  if (request.body.length === 0) return [{ query }];
  const type = readMediaType(request);
  if (type === 'application/x-www-form-urlencoded') {
    const form = Object.fromEntries(new URLSearchParams(request.body.toString('utf8')));
    return [{ query, form }];
  }
  if (type !== 'application/json') return `the media type ${type} is not one of an endpoint`;
  const json = readJson(request);
  if (json === undefined) return 'the body is not JSON';
  const { value } = json;
  const list = Array.isArray(value) ? (value as unknown[]) : findList(value);
  return (list ?? [value]).map((body) => ({ query, body }));
}

function findList(body: unknown): unknown[] | undefined {
  if (!isJsonObject(body)) return undefined;
  const lists = Object.values(body).filter(
    (value) => Array.isArray(value) && value.length > 0 && value.every(isJsonObject),
  );
  return lists.length === 1 ? (lists[0] as unknown[]) : undefined;
}

function findDedupeId(event: JsonObject): string | undefined {
  for (const part of [event['body'], event['form'], event['query']]) {
    if (!isJsonObject(part)) continue;
    const id = DEDUPE_NAMES.map((name) => part[name]).find((one) => typeof one === 'string');
    if (typeof id === 'string' && id !== '') return id;
  }
  return undefined;
}

/** Headers that the client's transport writes. */
const TRANSPORT: ReadonlySet<string> = new Set(['host', 'connection', 'content-length']);

/** The headers of a request, tokens masked. */
function showHeaders({ headers }: SandboxRequest): JsonObject {
  const texts = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    TRANSPORT.has(name) || value === undefined ? [] : [[name, String(value)]],
  );
  const request = { method: 'GET', url: 'https://sandbox/', headers: Object.fromEntries(texts) };
  return redactRequest({ ...request, method: 'GET' }).headers;
}
