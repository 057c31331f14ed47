import { UsageError } from '../errors.js';
import { readVariable, variableOf } from '../accounts/environment.js';
import type { Credentials } from '../accounts/credentials.js';
import type { Connector } from '../networks/connector.js';
import type { NetworkName } from '../networks/names.js';
import type { OAuthClient, OAuthProvider } from '../oauth/provider.js';
import { Secret } from '../secret.js';
import { input, password, type PromptContext } from './prompts.js';
import type { IO } from './io.js';

export interface ClientQuestion {
  network: NetworkName;
  /** `--client-id`. */
  clientId: string | undefined;
  variables: Readonly<Record<string, string | undefined>>;
  /** The connection to replace. Its client is the default. */
  held: Credentials | undefined;
  /** The login that the application is for: it says where the owner finds both. */
  login: Pick<OAuthProvider, 'clientHelp' | 'clientUrl'> | undefined;
  /** What has to be registered there before the browser can return. */
  returnUrls?: readonly string[];
}

/** What networks call the id and the secret of an application, where not as OAuth does. */
const CLIENT_WORDS: Partial<Record<NetworkName, { id: string; secret: string }>> = {
  meta: { id: 'App ID', secret: 'App secret' },
  tiktok: { id: 'App ID', secret: 'App secret' },
};
/** Beginning of each client id of Login with Amazon. */
const AMAZON_CLIENT = 'amzn1.application-oa2-client.';

const MAX_TOKEN_BYTES = 64 * 1024;

/**
 * The application to connect as: from the flag, the environment, the connection that is replaced,
 * or a question.
 * @throws {UsageError} off a terminal, naming the flag or variable that is missing.
 */
export async function askForClient(
  context: PromptContext,
  question: ClientQuestion,
): Promise<OAuthClient> {
  const id = await askForClientId(context, question);
  if (question.network === 'amazon' && !id.startsWith(AMAZON_CLIENT)) {
    await context.io.info(
      `Note: client ids of Login with Amazon begin with ${AMAZON_CLIENT} Check that this is not ` +
        'the client secret.',
    );
  }
  const { clientSecret, connection } = question.held ?? {};
  return {
    id,
    secret: await askForSecret(
      context,
      question,
      connection?.clientId === id ? clientSecret : undefined,
    ),
  };
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
  if (context.io.isInteractive) await explainClient(context.io, question);
  const typed = await input(context, {
    message: `${CLIENT_WORDS[network]?.id ?? 'Client id'} of your application:`,
    flagName: `--client-id or ${variableOf(network, 'CLIENT_ID')}`,
    check: (text) => (text.trim() === '' ? 'A value is required.' : undefined),
    ...(heldId === undefined ? {} : { fallback: heldId }),
  });
  return typed.trim();
}

/** Says where the application is found, and what it needs before anybody signs in. */
async function explainClient(
  io: IO,
  { network, login, returnUrls }: ClientQuestion,
): Promise<void> {
  if (login === undefined) return;
  const { clientHelp, clientUrl } = login;
  await io.info(`You find the ${describeClient(network)} in the ${clientHelp}.`);
  if (clientUrl !== undefined) await io.info(clientUrl);
  if (returnUrls === undefined) return;
  const noun = returnUrls.length === 1 ? 'return URL' : 'return URLs';
  await io.info(`Register there as ${noun}: ${returnUrls.join(', ')}`);
}

async function askForSecret(
  context: PromptContext,
  { network, variables }: ClientQuestion,
  held: Secret | undefined,
): Promise<Secret> {
  const said = readVariable(variables, network, 'CLIENT_SECRET');
  if (said !== undefined) return new Secret(said);
  if (held && !context.io.isInteractive) return held;
  const name = CLIENT_WORDS[network]?.secret ?? 'Client secret';
  const message = held ? `${name} (Enter keeps the stored one):` : `${name}:`;
  const typed = (
    await password(context, { message, flagName: variableOf(network, 'CLIENT_SECRET') })
  ).trim();
  if (typed !== '') return new Secret(typed);
  if (held) return held;
  throw new UsageError('missing_secret', 'A client secret is needed.');
}

function describeClient(network: NetworkName): string {
  const words = CLIENT_WORDS[network];
  return words ? `${words.id} and ${words.secret}` : 'client id and secret';
}

/** The text of `--token-stdin`: all of stdin, or a hidden question on a terminal. */
export async function readTokenText(
  context: PromptContext,
  connector: Pick<Connector, 'pasted'>,
): Promise<string> {
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
