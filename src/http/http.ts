/** A complete HTTP request. The body is bytes, so that 64-bit ids are sent unchanged. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The real `https://HOST/PATH`; the client rewrites it when a gateway is set. */
  url: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  /** Refuse to connect to a loopback, private or link-local address. */
  publicOnly?: true;
}

/** A complete HTTP response. Header names are lower case. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  latencyMs: number;
  /** When the head of the answer arrived by our clock, in milliseconds since the epoch. */
  receivedMs?: number;
}

/** Why there is no answer: the connection failed, broke off or took too long. */
export class ConnectionFault extends Error {
  override readonly name = 'ConnectionFault';
  constructor(
    readonly code: string,
    message: string,
    readonly latencyMs: number,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export interface SendOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** The only way out of the program. */
export interface HttpClient {
  /**
   * Sends one request and reads the whole answer; redirects are not followed.
   * @throws ConnectionFault when no complete answer came; AbortError when `signal` aborts.
   */
  send(request: HttpRequest, options?: SendOptions): Promise<HttpAnswer>;
  close(): Promise<void>;
}
