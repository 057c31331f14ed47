import type { IncomingHttpHeaders } from 'node:http';

/** How an answer with one result per event leaves some events out. */
export interface PartialAnswer {
  /** How many of the accepted events the answer does not mention. */
  count: number;
  /** Whether the events left out were taken all the same. */
  accepted: boolean;
  /** Picks one of `size` places: seeded, so that a run can be repeated. */
  pick(size: number): number;
}

/** One request as a network's handler sees it: `<sandbox>/<host>/<path>` taken apart. */
export interface SandboxRequest {
  method: string;
  host: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Set by a fault: the answer must leave events out. */
  partialAnswer?: PartialAnswer;
}

export interface SandboxAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A JSON answer; `type` where the host has a media type of its own. */
export function answerJson(
  status: number,
  value: unknown,
  type = 'application/json',
): SandboxAnswer {
  return { status, headers: { 'content-type': type }, body: JSON.stringify(value) };
}

/** A self-contained page: no script, nothing loaded from anywhere. */
export function answerPage(status: number, html: string): SandboxAnswer {
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    },
    body: html,
  };
}

/** Sends a browser, or curl -L, on to `location`. */
export function answerRedirect(location: string): SandboxAnswer {
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: '' };
}

/** The value of a header that must come once; header names are lower case. */
export function readHeader(request: SandboxRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The media type of the body, without its parameters, in lower case; empty where none is given. */
export function readMediaType(request: SandboxRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
}

/**
 * Whether the Accept header takes `type`; a missing header takes everything (RFC 9110 section
 * 12.5.1).
 */
export function acceptsType(request: SandboxRequest, type: string): boolean {
  const accept = request.headers.accept;
  if (accept === undefined) return true;
  const ranges = accept.split(',').map((range) => range.split(';')[0]!.trim().toLowerCase());
  const [family] = type.split('/');
  return ranges.some((range) => range === type || range === '*/*' || range === `${family}/*`);
}

/** The body as JSON, or undefined where it is none. */
export function readJson(request: SandboxRequest): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(request.body.toString('utf8')) };
  } catch {
    return undefined;
  }
}
