import { ConnectionFault } from './http.js';

/** Our words for the codes of the system and of undici. */
const WORDS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed before a response arrived',
  EPIPE: 'the connection was closed before a response arrived',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the response timed out',
  TRUNCATED: 'the response was truncated',
  TOO_LARGE: 'the response is too large',
  PROXY_REFUSED: 'the proxy refused to open a tunnel',
  BAD_ANSWER: 'the response is not valid HTTP',
  PRIVATE_ADDRESS:
    'the host is at a loopback, private or link-local address (--allow-private permits it)',
};

const SAME_AS: Record<string, string> = {
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_HEADERS_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_BODY_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'TRUNCATED',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'TOO_LARGE',
  UND_ERR_ABORTED: 'PROXY_REFUSED',
  ERR_BUFFER_TOO_LARGE: 'TOO_LARGE',
  Z_BUF_ERROR: 'TRUNCATED',
  Z_DATA_ERROR: 'BAD_ANSWER',
};

/**
 * Turns what undici, the system or zlib threw into a {@link ConnectionFault} with a stable code and
 * a sentence. The sentence names the host alone: paths and queries can hold tokens.
 */
export function describeFault(
  error: unknown,
  host: string,
  latencyMs: number,
  started: boolean,
): ConnectionFault {
  const code = faultCode(error, started);
  const words = WORDS[code] ?? `the connection failed (${code})`;
  return new ConnectionFault(code, `No response from ${host}: ${words}.`, latencyMs, {
    cause: error,
  });
}

/**
 * `started`: the head of the answer had come, so that a closed connection means a body that broke
 * off.
 */
function faultCode(error: unknown, started: boolean): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  const text = typeof code === 'string' ? code : 'UNKNOWN';
  if (SAME_AS[text]) return SAME_AS[text];
  if (name === 'HTTPParserError') return started ? 'TRUNCATED' : 'BAD_ANSWER';
  const closed = text === 'UND_ERR_SOCKET' || text === 'ECONNRESET' || text === 'EPIPE';
  if (closed) return started ? 'TRUNCATED' : 'ECONNRESET';
  return text;
}
