import { AuthError, NetworkError } from '../errors.js';
import { ConnectionFault, type HttpAnswer, type HttpRequest } from '../http/http.js';
import { readRemoteText } from './remote-text.js';
import type { ConnectCall } from './connector.js';
import type { NetworkName } from './names.js';

/** Which network is asked, for words. */
export interface Asked {
  name: NetworkName;
  title: string;
}

/**
 * Sends a question that is asked while connecting.
 * @throws NetworkError when no answer comes, or one that may be another in a minute (408, 429,
 *   5xx).
 */
export async function askNetwork(
  { http, signal }: ConnectCall,
  request: HttpRequest,
  { name, title }: Asked,
): Promise<HttpAnswer> {
  const details = {
    hint: 'Nothing was stored. Try again in a minute.',
    next: `postback connect ${name}`,
  };
  let answer: HttpAnswer;
  try {
    answer = await http.send(request, signal ? { signal } : {});
  } catch (error) {
    if (!(error instanceof ConnectionFault)) throw error;
    const message = `${title} cannot be reached. ${error.message}`;
    throw new NetworkError('grant_unchecked', message, { ...details, cause: error });
  }
  const { status } = answer;
  if (status !== 408 && status !== 429 && status < 500) return answer;
  throw new NetworkError(
    'grant_unchecked',
    `${title} could not check the grant: it responded with HTTP ${status}.`,
    details,
  );
}

/** The network refused the token itself. @param said its own words */
export function refuseToken(
  { name, title }: Asked,
  { status }: HttpAnswer,
  said: string | undefined,
): AuthError {
  const message = `${title} refused this token (HTTP ${status}${said ? `: ${said}` : ''}).`;
  return new AuthError('token_refused', message, {
    hint: 'Create a new token and copy all of it. Nothing was stored.',
    next: `postback connect ${name}`,
  });
}

/** The network takes the token, and not for this pixel. @param hint what to compare */
export function refusePixel(
  { name, title }: Asked,
  pixel: string,
  { status }: HttpAnswer,
  said: string | undefined,
): AuthError {
  const words = readRemoteText(said);
  const message =
    `${title} does not let this token send to the pixel ${pixel} (HTTP ` +
    `${status}${words ? `: ${words}` : ''}).`;
  return new AuthError('no_account_found', message, {
    hint:
      'The pixel and the token must belong to the same account. Compare them in Events Manager. ' +
      'Nothing was stored.',
    next: `postback connect ${name}`,
  });
}
