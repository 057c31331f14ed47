import type { SandboxAnswer, SandboxRequest } from './exchange.js';

/** What a path pattern's `:name` parts were in one request. */
export type RouteParams = Readonly<Record<string, string>>;

/** One address that the sandbox plays. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  hosts: readonly string[];
  /** Such as `/accounts/:account/dsp/conversionDefinitions`. */
  path: string;
  /**
   * Faults without `match` spare the login, so that chance does not decide whether a test can
   * begin.
   */
  kind: 'login' | 'api';
  handle(request: SandboxRequest, params: RouteParams): SandboxAnswer;
  /**
   * The error body this address has for a status of a fault, a body too large and the like.
   * @param message its words
   * @param retryInfoS seconds that a fault asks to wait in the body (Google's `RetryInfo`)
   */
  refuse(status: number, message?: string, retryInfoS?: number): SandboxAnswer;
  /** The answer for one of the network's own error codes, where it has such codes. */
  refuseCode?(code: number, message?: string): SandboxAnswer;
}

export type Found =
  | { result: 'found'; route: Route; params: RouteParams }
  | { result: 'no_host' }
  | { result: 'no_path' }
  | { result: 'no_method' };

interface Compiled {
  route: Route;
  segments: string[];
}

/** Finds the route of a request by host, path and method. */
export class Router {
  readonly #byHost = new Map<string, Compiled[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      for (const host of route.hosts) {
        const compiled = this.#byHost.get(host) ?? [];
        compiled.push({ route, segments: route.path.split('/') });
        this.#byHost.set(host, compiled);
      }
    }
  }

  get hosts(): string[] {
    return [...this.#byHost.keys()];
  }

  find(host: string, method: string, path: string): Found {
    const routes = this.#byHost.get(host);
    if (!routes) return { result: 'no_host' };
    const parts = path.split('/');
    let pathKnown = false;
    for (const { route, segments } of routes) {
      const params = matchSegments(segments, parts);
      if (!params) continue;
      if (route.method === method) return { result: 'found', route, params };
      pathKnown = true;
    }
    return { result: pathKnown ? 'no_method' : 'no_path' };
  }
}

function matchSegments(
  segments: readonly string[],
  parts: readonly string[],
): RouteParams | undefined {
  if (segments.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index]!;
    if (segment.startsWith(':')) {
      if (part === '') return undefined;
      params[segment.slice(1)] = part;
    } else if (segment !== part) return undefined;
  }
  return params;
}
