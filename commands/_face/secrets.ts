import { UsageError } from '../../src/errors.js';
import { readVariable, variableOf } from '../../src/accounts/environment.js';
import type { Credentials } from '../../src/accounts/credentials.js';
import type { Connector } from '../../src/networks/connector.js';
import type { NetworkName } from '../../src/networks/names.js';
import type { OAuthClient } from '../../src/oauth/provider.js';
import { Secret } from '../../src/secret.js';
import { input, password, type PromptContext } from './prompts.js';
import type { IO } from './io.js';

export interface ClientQuestion {
  network: NetworkName;
  /** `--client-id`. */
  clientId: string | undefined;
  variables: Readonly<Record<string, string | undefined>>;
  /** The connection that is replaced: its client is taken where nothing else is said. */
  held: Credentials | undefined;
  /** Where the owner of the application finds both. */
  place: string;
}

const MAX_TOKEN_BYTES = 64 * 1024;

/**
 * The application to connect as: from the flag, the environment, the connection that is replaced, or a question.
 * @throws {UsageError} off a terminal, naming the flag or variable that is missing.
 */
export async function askForClient(context: PromptContext, question: ClientQuestion): Promise<OAuthClient> {
  const id = await askForClientId(context, question);
  const { clientSecret, connection } = question.held ?? {};
  return { id, secret: await askForSecret(context, question, connection?.clientId === id ? clientSecret : undefined) };
}

/** The client id that a flag or variable names. */
export function findClientId({ clientId, variables, network }: ClientQuestion): string | undefined {
  return clientId?.trim() || readVariable(variables, network, 'CLIENT_ID');
}

async function askForClientId(context: PromptContext, question: ClientQuestion): Promise<string> {
  const { network, held } = question;
  const said = findClientId(question);
  if (said) return said;
  const heldId = held?.connection.clientId;
  if (heldId !== undefined && !context.io.isInteractive) return heldId;
  if (context.io.isInteractive) await context.io.remark(`Client id and secret are in the ${question.place}.`);
  const typed = await input(context, {
    message: 'Client id of your application:',
    flagName: `--client-id or ${variableOf(network, 'CLIENT_ID')}`,
    check: (text) => (text.trim() === '' ? 'It is needed.' : undefined),
    ...(heldId === undefined ? {} : { fallback: heldId }),
  });
  return typed.trim();
}

async function askForSecret(
  context: PromptContext,
  { network, variables }: ClientQuestion,
  held: Secret | undefined,
): Promise<Secret> {
  const said = readVariable(variables, network, 'CLIENT_SECRET');
  if (said !== undefined) return new Secret(said);
  if (held && !context.io.isInteractive) return held;
  const message = held ? 'Client secret (Enter keeps the stored one):' : 'Client secret:';
  const typed = (await password(context, { message, flagName: variableOf(network, 'CLIENT_SECRET') })).trim();
  if (typed !== '') return new Secret(typed);
  if (held) return held;
  throw new UsageError('missing_secret', 'A client secret is needed.');
}

/** The text of `--token-stdin`: all of stdin, or a hidden question on a terminal. */
export async function readTokenText(context: PromptContext, connector: Pick<Connector, 'pasted'>): Promise<string> {
  const message = connector.pasted === 'refresh' ? 'Refresh token:' : 'Access token:';
  if (context.io.isInteractive) return password(context, { message, flagName: '--token-stdin' });
  return readAll(context.io);
}

async function readAll({ stdin }: IO): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > MAX_TOKEN_BYTES) break;
  }
  return text;
}
