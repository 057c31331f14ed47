import type { Dispatcher } from 'undici';
import { describeFault } from './connection-fault.js';
import type { HttpAnswer, HttpRequest } from './http.js';

/** Actual destination of a request. `host` is the original host, even with a gateway. */
export interface Target {
  origin: string;
  host: string;
  path: string;
}

/** A request in flight. */
export interface Exchange {
  dispatcher: Dispatcher;
  target: Target;
  request: HttpRequest;
  headers: Record<string, string>;
  /** From start to the last byte, in milliseconds. */
  timeoutMs: number;
  maxAnswerBytes: number;
  signal: AbortSignal | undefined;
}

/**
 * Sends one request and reads the whole answer within its deadline.
 * @throws ConnectionFault when no complete answer came; AbortError when the signal aborts.
 */
export function runExchange(exchange: Exchange): Promise<HttpAnswer> {
  const { dispatcher, target, request, headers, signal, maxAnswerBytes } = exchange;
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const chunks: Buffer[] = [];
    let size = 0;
    let controller: Dispatcher.DispatchController | undefined;
    let head: Pick<HttpAnswer, 'status' | 'headers' | 'receivedMs'> | undefined;
    let isFinished = false;

    const latency = () => Math.round(performance.now() - startedAt);
    const finish = () => {
      isFinished = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown) => {
      if (isFinished) return;
      finish();
      // An invalid argument is a fault of ours, not of the connection: it must not be tried again.
      const ours =
        error instanceof Error && (isOurAbort(error) || error.name === 'InvalidArgumentError');
      reject(ours ? error : fault(error));
      controller?.abort(error instanceof Error ? error : new Error('aborted'));
    };
    const fault = (error: unknown) =>
      describeFault(error, target.host, latency(), head !== undefined);
    const onAbort = () => fail(abortError());
    const timer = setTimeout(() => fail({ code: 'ETIMEDOUT' }), exchange.timeoutMs);

    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (isFinished) started.abort(new Error('aborted'));
      },
      onResponseStart(_controller, status, answerHeaders) {
        if (status >= 200)
          head = { status, headers: joinHeaders(answerHeaders), receivedMs: Date.now() };
      },
      onResponseData(_controller, chunk) {
        size += chunk.length;
        if (size > maxAnswerBytes) fail({ code: 'TOO_LARGE' });
        else chunks.push(chunk);
      },
      onResponseEnd() {
        if (isFinished || !head) return;
        finish();
        resolve({
          ...head,
          body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks),
          latencyMs: latency(),
        });
      },
      onResponseError(_controller, error) {
        fail(error);
      },
    };
    const { method, body = null } = request;
    try {
      dispatcher.dispatch(
        { origin: target.origin, path: target.path, method, headers, body },
        handler,
      );
    } catch (error) {
      fail(error);
    }
  });
}

function joinHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
}

function abortError(): Error {
  return Object.assign(new Error('The operation was aborted.'), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
}

/**
 * Whether the error is our abort. undici also throws an AbortError if a proxy refuses the tunnel,
 * with another code.
 */
function isOurAbort(error: Error): boolean {
  return 'code' in error && error.code === 'ABORT_ERR';
}
