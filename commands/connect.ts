import type { Consent } from '../src/accounts/connect-amazon.js';
import { describeOverride } from '../src/accounts/environment.js';
import { UsageError } from '../src/errors.js';
import { checkGateway } from '../src/http/gateway.js';
import { makeAmazonLogin } from '../src/networks/amazon/login.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import type { Connection } from '../src/networks/network.js';
import type { Workspace } from '../src/workspace.js';
import { createAccountChooser } from './_face/account-choice.js';
import { connectionData, printConnection } from './_face/connection-view.js';
import { argument, choice, defineArgs, defineFlags, duration, integer, text, toggle } from './_face/flags.js';
import { createLoginPresenter, readPastedLines } from './_face/login-words.js';
import { askForClient, readToken } from './_face/secrets.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

const DEFAULT_TIMEOUT_MS = 600_000;

export default class Connect extends WorkspaceCommand<typeof Connect> {
  static override summary = 'connect an ad network account';
  static override description =
    'Amazon: consent in the browser (Login with Amazon), then the advertiser is looked for in every region. ' +
    'Register http://localhost:8787/callback (and 8788, 8789) as Allowed Return URLs of your security profile first. ' +
    'Connecting again keeps mappings.';
  static override examples = [
    '<%= config.bin %> connect amazon',
    '<%= config.bin %> connect amazon --no-browser --account 1234567890123',
    '<%= config.bin %> connect amazon --token-stdin < refresh-token.txt',
  ];
  static override notes = {
    exitCodes: [4, 5] as const,
    environment: {
      POSTBACK_AMAZON_CLIENT_ID: 'client id, instead of --client-id',
      POSTBACK_AMAZON_CLIENT_SECRET: 'client secret, instead of the hidden question',
    },
  };
  static override args = defineArgs({ network: argument({ description: 'amazon' }) });
  static override flags = defineFlags({
    region: choice({
      summary: 'log in there, and take accounts of that region only',
      options: ['na', 'eu', 'fe'] as const,
    })(),
    'client-id': text({ summary: 'client id of your application', helpValue: 'ID' }),
    account: text({ summary: 'advertiser id, where the user has several', helpValue: 'ID' }),
    api: choice({ summary: 'which conversions API to speak', options: ['capi-v1', 'events-api'] as const })(),
    port: integer({ summary: 'port of the return URL (default 8787, then 8788, 8789)', min: 1, max: 65_535 }),
    'no-browser': toggle({ summary: 'print the URL and open nothing' }),
    timeout: duration({ summary: 'how long to wait for consent (default 10m)' }),
    'token-stdin': toggle({ summary: 'take a refresh token from stdin instead of asking for consent' }),
    audiences: toggle({ summary: 'ask for the audience scope too' }),
  });

  protected async execute(): Promise<void> {
    await this.#checkNetwork();
    return this.withWorkspace(async (workspace) => {
      const connection = await this.#connect(workspace);
      await this.present(connectionData(connection), () => printConnection(this.io, connection));
      await this.#tellWhatFollows(workspace, connection);
    });
  }

  async #connect(workspace: Workspace): Promise<Connection> {
    // An embedded sandbox has granted everything already, and ends with this command.
    const given = workspace.sandboxUrl && workspace.connections.find(workspace.name, 'amazon');
    if (given) return given.credentials.connection;
    const { connectAmazon } = await import('../src/accounts/connect-amazon.js');
    const { region, account, api, audiences } = this.flags;
    const { store } = workspace.connections;
    const held = store.find(workspace.name, 'amazon');
    const { variables } = this.environment;
    // stdin first: a question would swallow the token.
    const token = this.flags['token-stdin'] ? await readToken(this.prompting) : undefined;
    const clientId = this.flags['client-id'];
    const { clientPlace: place } = makeAmazonLogin(region ?? 'na');
    const client = await askForClient(this.prompting, { network: 'amazon', clientId, variables, held, place });
    const pasted = token ? undefined : readPastedLines(this.io);
    const consent: Consent = token ? { kind: 'token', refreshToken: token } : this.#loginConsent(pasted?.lines);
    try {
      return await connectAmazon({
        workspace: workspace.name,
        store,
        http: workspace.http,
        clock: workspace.clock,
        client,
        consent,
        wish: { ...(region ? { region } : {}), ...(account ? { account } : {}) },
        ...(api ? { api } : {}),
        audiences,
        choose: createAccountChooser(this.prompting, () => pasted?.close()),
        onWarning: (words) => void this.io.remark(words),
        signal: this.signal,
      });
    } finally {
      pasted?.close();
    }
  }

  #loginConsent(pasted: AsyncIterable<string> | undefined): Consent {
    const { port, timeout, gateway, 'no-browser': noBrowser } = this.flags;
    return {
      kind: 'login',
      presenter: createLoginPresenter(this.io, { noBrowser, variables: this.environment.variables }),
      timeoutMs: timeout ?? DEFAULT_TIMEOUT_MS,
      ...(port === undefined ? {} : { ports: [port] }),
      ...(gateway ? { gateway: checkGateway(gateway) } : {}),
      ...(pasted ? { pasted } : {}),
    };
  }

  async #checkNetwork(): Promise<void> {
    const name = this.args.network;
    if (name === undefined) {
      if (this.io.isInteractive) return;
      throw new UsageError('missing_argument', 'Which network? There is no terminal to ask on.', {
        next: 'postback connect amazon',
      });
    }
    if (readNetworkName(name) === 'amazon') return;
    throw new UsageError('network_unavailable', `This version of postback connects amazon only, not ${name} yet.`, {
      next: 'postback connect amazon',
    });
  }

  async #tellWhatFollows(workspace: Workspace, connection: Connection): Promise<void> {
    const override = describeOverride('amazon', this.environment.variables);
    if (override && connection.source === 'store') await this.io.remark(override);
    if (!workspace.connections.store.isEnabled(workspace.name, 'amazon')) {
      await this.io.remark('amazon is switched off here. Next: postback enable amazon');
    } else if (!workspace.goals.some(({ map }) => map.amazon !== undefined)) {
      await this.io.remark('Connected. Next: postback goals add, then postback map');
    } else {
      await this.io.remark('Connected. Mappings are as they were.');
    }
  }
}
