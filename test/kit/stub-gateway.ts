import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { onTestFinished } from 'vitest';

/**
 * Which of Amazon's contracts: they differ in names and in what the first event of an answer is
 * called.
 */
export type Contract = 'capi-v1' | 'events-api';

/** What the stub answers; `cut`: only half of the body, then the connection is dropped. */
export interface StubAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  cut?: boolean;
  /** Dedupe ids that the network has taken with this request. */
  accepts: readonly string[];
}

/** A gateway that answers as the test says: for shapes that the strict sandbox never gives. */
export interface StubGateway {
  url: string;
  /** Dedupe ids of each request, in order of arrival. */
  requests: string[][];
  /** How often each dedupe id was taken. */
  accepted: Map<string, number>;
  close(): Promise<void>;
}

/** Starts a stub gateway; it closes when the test ends. */
export async function startStubGateway(
  answer: (ids: string[], request: number) => StubAnswer,
): Promise<StubGateway> {
  const requests: string[][] = [];
  const accepted = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      if (request.url?.includes('/auth/o2/token')) {
        const body = { access_token: 'Atza|token', token_type: 'bearer', expires_in: 3600 };
        return write(response, { status: 200, body, accepts: [] });
      }
      const ids = readIds(text);
      requests.push(ids);
      const answered = answer(ids, requests.length);
      for (const id of answered.accepts) accepted.set(id, (accepted.get(id) ?? 0) + 1);
      write(response, answered);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    accepted,
    close,
  };
}

/** The 207 of a contract, with the events at `rejected` refused and those at `silent` left out. */
export function describeEach(
  contract: Contract,
  count: number,
  {
    rejected = [],
    silent = [],
    message = '',
  }: { rejected?: number[]; silent?: number[]; message?: string },
): unknown {
  const base = contract === 'capi-v1' ? 1 : 0;
  const positions = Array.from({ length: count }, (_, index) => index).filter(
    (index) => !silent.includes(index),
  );
  const success = positions
    .filter((index) => !rejected.includes(index))
    .map((index) => ({ index: index + base }));
  const code = 'FIELD_VALUE_IS_INVALID';
  const error = rejected.map((index) =>
    contract === 'capi-v1'
      ? {
          index: index + base,
          code: 'BAD_REQUEST',
          message,
          errors: [{ errorType: code, fieldName: 'name', message }],
        }
      : { index, errors: [{ code, message, fieldLocation: `events[${index}]` }] },
  );
  return { success, error };
}

function readIds(text: string): string[] {
  const { eventData, events } = JSON.parse(text) as Record<
    string,
    { clientDedupeId?: string; eventId?: string }[]
  >;
  return (eventData ?? events ?? []).map(
    ({ clientDedupeId, eventId }) => clientDedupeId ?? eventId ?? '',
  );
}

function write(response: ServerResponse, { status, body, headers, cut = false }: StubAnswer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': length,
    ...headers,
  });
  if (!cut) return void response.end(text);
  response.write(text.slice(0, length / 2), () => response.destroy());
}
