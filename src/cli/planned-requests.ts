import { closeSync, ftruncateSync, writeSync } from 'node:fs';
import type { PlannedRequest, RequestSink } from '../delivery/dry-run.js';
import { ExactNumber, stringifyExact } from '../exact-json.js';
import { openToAppend, type Protected } from '../files/output-file.js';
import { parseJsonObject } from '../json.js';
import type { NetworkName } from '../networks/names.js';
import { toSafeJson, type IO } from './io.js';

/**
 * Keeps the requests of a dry run: all of them under `--json` and in `--requests FILE`, else one
 * example a network, so that the plan of a large file stays readable and memory flat.
 */
export class PlannedRequests implements RequestSink {
  readonly #file: number | undefined;
  readonly #keepsAll: boolean;
  readonly #kept: PlannedRequest[] = [];
  readonly #counts = new Map<NetworkName, number>();

  /**
   * @throws {UsageError} when the file of `--requests` cannot be written, or is one that it must
   *   not replace.
   */
  constructor(path: string | undefined, guard: Protected, io: IO) {
    this.#keepsAll = io.json;
    if (path === undefined) return;
    this.#file = openToAppend(path, { ...guard, flag: '--requests', isOurs: isRequest });
    // The requests of an earlier plan are replaced: two plans in one file would look like one.
    if (this.#file > 2) truncate(this.#file);
  }

  wants(network: NetworkName): boolean {
    const count = (this.#counts.get(network) ?? 0) + 1;
    this.#counts.set(network, count);
    return count === 1 || this.#keepsAll || this.#file !== undefined;
  }

  take(network: NetworkName, request: PlannedRequest): void {
    if (this.#file !== undefined) writeSync(this.#file, `${toSafeJson(request)}\n`);
    if (this.#keepsAll || this.#counts.get(network) === 1) this.#kept.push(request);
  }

  /** The requests that are shown: all under `--json`, else the first of each network. */
  get shown(): readonly PlannedRequest[] {
    return this.#kept;
  }

  /** Prints the examples and says where the rest is. */
  async print(io: IO, path: string | undefined): Promise<void> {
    for (const request of this.#kept) await io.print(stringifyExact(shortenRequest(request), 2));
    const total = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    if (path !== undefined) {
      await io.info(`Wrote ${total} ${total === 1 ? 'request' : 'requests'} to ${path}.`);
    } else if (total > 0) {
      const all = total === 1 ? 'the whole request' : `all ${total} requests`;
      await io.info(
        `One example per network, lists shortened. For ${all}, use --json or --requests FILE.`,
      );
    }
  }

  close(): void {
    if (this.#file !== undefined && this.#file > 2) closeSync(this.#file);
  }
}

/** Returns a request with its first postback alone, and a count of the others. */
function shortenRequest({ postbacks, ...request }: PlannedRequest): object {
  const size = postbacks.length;
  return size <= 1
    ? { ...request, postbacks }
    : { ...(shortenLists(request, size) as object), postbacks: shortenLists(postbacks, size) };
}

/** Shortens the outermost lists that have one element for each of `size` postbacks. */
function shortenLists(value: unknown, size: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  if (!Array.isArray(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, shortenLists(item, size)]);
    return Object.fromEntries(entries) as object;
  }
  return value.length === size ? [value[0], `… and ${size - 1} more`] : (value as unknown[]);
}

/** A pipe or a device has nothing to cut off. */
function truncate(file: number): void {
  try {
    ftruncateSync(file);
  } catch {
    return;
  }
}

function isRequest(line: string): boolean {
  const row = parseJsonObject(line);
  return (
    row !== undefined &&
    typeof row['method'] === 'string' &&
    'url' in row &&
    Array.isArray(row['postbacks'])
  );
}
