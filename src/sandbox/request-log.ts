/** One request that reached a network's host, without its body, query and headers. */
export interface LoggedRequest {
  time: string;
  method: string;
  host: string;
  path: string;
  /** 0 where the connection was dropped without an answer. */
  status: number;
  bytes: number;
  /** The faults that were applied to it. */
  faults: string[];
}

export interface RequestCount {
  method: string;
  host: string;
  path: string;
  status: number;
  count: number;
}

const LAST_KEPT = 200;
const DISTINCT_KEPT = 2000;

/** Counts requests by host, path and status, and remembers the last ones. */
export class RequestLog {
  readonly #counts = new Map<string, RequestCount>();
  #last: LoggedRequest[] = [];
  #total = 0;

  add(request: LoggedRequest): void {
    this.#total += 1;
    this.#last.push(request);
    if (this.#last.length > 2 * LAST_KEPT) this.#last = this.#last.slice(-LAST_KEPT);
    const { method, host, path, status } = request;
    const key = `${method} ${host}${path} ${status}`;
    const counted = this.#counts.get(key);
    if (counted) counted.count += 1;
    else if (this.#counts.size < DISTINCT_KEPT)
      this.#counts.set(key, { method, host, path, status, count: 1 });
  }

  get total(): number {
    return this.#total;
  }

  counts(): RequestCount[] {
    return [...this.#counts.values()].map((counted) => ({ ...counted }));
  }

  /** The last requests, newest last. */
  last(limit = LAST_KEPT): LoggedRequest[] {
    return this.#last.slice(Math.max(0, this.#last.length - Math.min(limit, LAST_KEPT)));
  }

  clear(): void {
    this.#counts.clear();
    this.#last = [];
    this.#total = 0;
  }
}
