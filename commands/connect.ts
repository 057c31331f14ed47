import type { AccountChange, Consent } from '../src/accounts/connect.js';
import { describeOverride, variableOf } from '../src/accounts/environment.js';
import { UsageError } from '../src/errors.js';
import { checkGateway } from '../src/http/gateway.js';
import type { AccountWish, Connector } from '../src/networks/connector.js';
import type { Connection, Network } from '../src/networks/network.js';
import type { NetworkName } from '../src/networks/names.js';
import { findNetwork, NETWORKS } from '../src/networks/registry.js';
import type { OAuthClient } from '../src/oauth/provider.js';
import type { Workspace } from '../src/workspace.js';
import { createAccountChooser, createAccountQuestion } from './_face/account-choice.js';
import { checkConnectFlags, chooseNetwork, readAccountWish } from './_face/connect-wish.js';
import { connectionData, printConnection } from './_face/connection-view.js';
import { argument, choice, defineArgs, defineFlags, duration, integer, text, toggle } from './_face/flags.js';
import { confirm } from './_face/prompts.js';
import { createLoginPresenter, readPastedLines } from './_face/login-words.js';
import { askForClient, findClientId, readTokenText } from './_face/secrets.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

const DEFAULT_TIMEOUT_MS = 600_000;

/** A connection that variables describe in part is reported by what uses it. */
function findQuietly<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

export default class Connect extends WorkspaceCommand<typeof Connect> {
  static override summary = 'connect an ad network account';
  static override description =
    'Consent in the browser where the network has it (amazon, google, meta, tiktok), or a token that is pasted or piped ' +
    '(--token-stdin; reddit and x). Grant and account are checked with the network before anything is stored, and ' +
    'connecting again keeps mappings. Register http://localhost:8787/callback (and 8788, 8789) as return URLs of your ' +
    'application first. docs/networks.md says where each network hands out what it needs.';
  static override examples = [
    '<%= config.bin %> connect amazon',
    '<%= config.bin %> connect amazon --no-browser --account 1234567890123',
    '<%= config.bin %> connect amazon --token-stdin < refresh-token.txt',
    '<%= config.bin %> connect meta --token-stdin --pixel 1234567890123456 < access-token.txt',
  ];
  static override notes = {
    exitCodes: [4, 5] as const,
    environment: {
      'POSTBACK_<NETWORK>_CLIENT_ID': 'client id, instead of --client-id',
      'POSTBACK_<NETWORK>_CLIENT_SECRET': 'client secret, instead of the hidden question',
    },
  };
  static override aliases = ['login'];
  static override args = defineArgs({
    network: argument({ description: NETWORKS.map(({ name }) => name).join(', ') }),
  });
  static override flags = defineFlags({
    region: choice({
      summary: 'amazon: log in there, and take accounts of that region only',
      options: ['na', 'eu', 'fe'] as const,
    })(),
    'client-id': text({ summary: 'client id of your application', helpValue: 'ID' }),
    account: text({ summary: 'account to send to, where the user has several', helpValue: 'ID' }),
    pixel: text({ summary: 'meta, tiktok, reddit, x: pixel to send to', helpValue: 'ID' }),
    customer: text({ summary: 'google: customer to send to', helpValue: 'ID' }),
    'login-customer': text({ summary: 'google: manager account that reaches the customer', helpValue: 'ID' }),
    api: choice({ summary: 'amazon: which conversions API to speak', options: ['capi-v1', 'events-api'] as const })(),
    'test-code': text({ summary: 'meta, tiktok, reddit: where test events go', helpValue: 'CODE' }),
    port: integer({ summary: 'port of the return URL (default 8787, then 8788, 8789)', min: 1, max: 65_535 }),
    'no-browser': toggle({ summary: 'print the URL and open nothing' }),
    timeout: duration({ summary: 'how long to wait for consent (default 10m)' }),
    'token-stdin': toggle({ summary: 'take a token from stdin instead of asking for consent' }),
    replace: toggle({ summary: 'let another account take the place of the one that is connected' }),
    audiences: toggle({ summary: 'amazon: ask for the audience scope too' }),
  });

  protected override readonly makesWorkspace = true;

  protected async execute(): Promise<void> {
    const network = await chooseNetwork(this.prompting, this.args.network);
    const connector = await network.loadConnector();
    checkConnectFlags(network, connector, this.flags);
    const wish = readAccountWish(this.flags);
    return this.withWorkspace(async (workspace) => {
      const connection = await this.#connect(workspace, network, connector, wish);
      if (!connection) return this.io.remark('Nothing was stored: the account that is connected stays.');
      await this.present(connectionData(connection), () => printConnection(this.io, connection));
      await this.#tellWhatFollows(workspace, network, connection, connector);
    });
  }

  async #connect(
    workspace: Workspace,
    network: Network,
    connector: Connector,
    wish: AccountWish,
  ): Promise<Connection | undefined> {
    // An embedded sandbox has granted everything already, and ends with this command.
    const given = workspace.sandboxUrl && workspace.connections.find(workspace.name, network.name);
    if (given) return given.credentials.connection;
    const { connectNetwork } = await import('../src/accounts/connect.js');
    const { api, audiences, 'test-code': testCode } = this.flags;
    const { consent, client, close } = await this.#obtainConsent(workspace, network, connector);
    try {
      return await connectNetwork({
        workspace: workspace.name,
        store: workspace.connections.store,
        http: workspace.http,
        clock: workspace.clock,
        network,
        connector,
        ...(client ? { client } : {}),
        consent,
        wish,
        ...(api ? { api } : {}),
        ...(testCode ? { testCode } : {}),
        audiences,
        choose: createAccountChooser(this.prompting, connector, close),
        askAccount: createAccountQuestion(this.prompting, connector, close),
        ...this.#replacing(workspace, network),
        onWarning: (words) => void this.io.remark(words),
        signal: this.signal,
      });
    } finally {
      close();
    }
  }

  /** What decides whether another account may take the place of the one that is connected. */
  #replacing({ connections, name }: Workspace, network: Network) {
    const { replace: replaces } = this.flags;
    const { isInteractive } = this.io;
    const held = findQuietly(() => connections.find(name, network.name)?.credentials.connection);
    const heldInEnvironment = held?.source === 'environment' ? held : undefined;
    const confirmReplace = async (change: AccountChange): Promise<boolean> => {
      const { describeChange } = await import('../src/accounts/connect.js');
      await this.io.remark(describeChange(change));
      await this.io.remark(
        `Mappings and pending postbacks belong to ${change.from.account}; replay leaves those alone.`,
      );
      return confirm(this.prompting, { message: `Replace it with ${change.to.account}?`, flagName: '--replace' });
    };
    return { replaces, isInteractive, heldInEnvironment, ...(isInteractive ? { confirmReplace } : {}) };
  }

  /** Consent in the browser, or a token; `close` gives stdin back. */
  async #obtainConsent(
    workspace: Workspace,
    { name }: Network,
    connector: Connector,
  ): Promise<{ consent: Consent; client?: OAuthClient; close: () => void }> {
    const held = workspace.connections.store.find(workspace.name, name);
    const { variables } = this.environment;
    const login = connector.makeLogin?.({ audiences: false });
    const place = login?.clientPlace ?? connector.tokenPlace;
    const question = { network: name, clientId: this.flags['client-id'], variables, held, place };
    const isPasted =
      this.flags['token-stdin'] || !login || (connector.prefersToken && findClientId(question) === undefined);
    if (!isPasted) {
      this.#refuseToWait(name, connector);
      const client = await askForClient(this.prompting, question);
      const pasted = readPastedLines(this.io);
      return { consent: this.#loginConsent(pasted.lines), client, close: () => pasted.close() };
    }
    if (!this.flags['token-stdin'] && !this.io.isInteractive) {
      throw new UsageError('missing_flag', `${name} is connected by a token, and there is no terminal to ask on.`, {
        hint: `Pipe it in; it is found in the ${connector.tokenPlace}.`,
        next: `postback connect ${name} --token-stdin ${connector.accountFlag} ID < token.txt`,
      });
    }
    if (this.io.isInteractive) await this.io.remark(`The token is found in the ${connector.tokenPlace}.`);
    const { readPastedSecrets } = await import('../src/accounts/pasted.js');
    // stdin first: a question would swallow the token.
    const secrets = readPastedSecrets(await readTokenText(this.prompting, connector), connector);
    const needsClient = connector.pasted === 'refresh';
    const client = needsClient ? { client: await askForClient(this.prompting, question) } : {};
    return { consent: { kind: 'token', secrets }, ...client, close: () => undefined };
  }

  /** Off a terminal nobody sees a URL, unless --no-browser says that somebody will. */
  #refuseToWait(network: NetworkName, { accountFlag, pasted }: Connector): void {
    if (this.io.isInteractive || this.flags['no-browser']) return;
    const { rules = [] } = findNetwork(network)?.variables ?? {};
    const variables = rules.filter(({ overlays }) => !overlays).map(({ suffix }) => variableOf(network, suffix));
    throw new UsageError('needs_terminal', `Connecting ${network} in a browser needs a terminal, and this is none.`, {
      hint:
        `Pipe the ${pasted} token in with --token-stdin, or set the variables ${variables.join(', ')} instead of ` +
        'connecting. --no-browser prints the URL and waits.',
      next: `postback connect ${network} --token-stdin ${accountFlag} ID < token.txt`,
    });
  }

  #loginConsent(pasted: AsyncIterable<string>): Consent {
    const { port, timeout, gateway, 'no-browser': noBrowser } = this.flags;
    return {
      kind: 'login',
      presenter: createLoginPresenter(this.io, { noBrowser, variables: this.environment.variables }),
      timeoutMs: timeout ?? DEFAULT_TIMEOUT_MS,
      ...(port === undefined ? {} : { ports: [port] }),
      ...(gateway ? { gateway: checkGateway(gateway) } : {}),
      pasted,
    };
  }

  async #tellWhatFollows(
    { connections, name, goals }: Workspace,
    network: Network,
    connection: Connection,
    { remarks = [] }: Connector,
  ): Promise<void> {
    const stored = connections.store.find(name, network.name);
    const override = describeOverride(network.name, this.environment.variables, stored);
    for (const remark of remarks) await this.io.remark(remark);
    if (override && connection.source === 'store') await this.io.remark(override);
    if (!connections.store.isEnabled(name, network.name)) {
      await this.io.remark(`${network.name} is switched off here. Next: postback enable ${network.name}`);
    } else if (goals.length === 0) {
      const mapping = network.defaultMapping ? '' : ', then postback map';
      await this.io.remark(`Connected. Next: postback goals add${mapping}`);
    } else if (!network.defaultMapping && !goals.some(({ map }) => map[network.name])) {
      await this.io.remark('Connected. Next: postback map');
    } else {
      await this.io.remark('Connected. Mappings are as they were.');
    }
  }
}
