import type { AccountChange, Consent } from '../src/accounts/connect.js';
import { adviseOnNetwork, describeOverride, variableOf } from '../src/accounts/environment.js';
import { UsageError } from '../src/errors.js';
import { checkGateway } from '../src/http/gateway.js';
import type { AccountSelector, Connector } from '../src/networks/connector.js';
import type { Connection, AnyNetwork } from '../src/networks/network.js';
import { makeEndpointNetwork } from '../src/networks/http/endpoint.js';
import { listPresets } from '../src/networks/endpoint-presets.js';
import { endpointNameOf, type NetworkName } from '../src/networks/names.js';
import { variablesOf } from '../src/networks/profiles.js';
import type { OAuthClient } from '../src/oauth/provider.js';
import type { Workspace } from '../src/workspace.js';
import { createAccountChooser, createAccountQuestion } from '../src/cli/account-choice.js';
import {
  checkConnectFlags,
  chooseNetwork,
  readAccountSelector,
} from '../src/cli/connect-options.js';
import {
  connectEndpointOf,
  readEndpointArguments,
  readEndpointTemplate,
  refuseEndpointFlags,
} from '../src/cli/connect-endpoint.js';
import { connectionData, printConnection } from '../src/cli/connection-view.js';
import {
  ADVANCED,
  argument,
  choice,
  defineArgs,
  defineFlags,
  duration,
  integer,
  text,
  toggle,
} from '../src/cli/flags.js';
import { Interruption, interruptionOf } from '../src/cli/interruption.js';
import { confirm } from '../src/cli/prompts.js';
import { CONNECT_APIS, namesOf, NETWORK_CHOICES } from '../src/cli/network-words.js';
import { createLoginPresenter, listReturnUrls, readPastedLines } from '../src/cli/login-words.js';
import { askForClient, findClientId, readTokenText } from '../src/cli/secrets.js';
import { WorkspaceCommand } from '../src/cli/workspace-command.js';

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
    `Signs in through the browser (${namesOf('browser')}), or takes a token that you ` +
    `paste or pipe in (${namesOf('token')}). The grant is checked before it is stored; mappings ` +
    'are kept. Register http://localhost:8787/callback (and 8788, 8789) as return URLs first. ' +
    '`postback help amazon`, or another network, says where to find the credentials.';
  static override examples = [
    '<%= config.bin %> connect amazon',
    '<%= config.bin %> connect amazon --token-stdin < refresh-token.txt',
    '<%= config.bin %> connect meta --token-stdin --pixel 1234567890123456 < access-token.txt',
  ];
  static override notes = {
    exitCodes: [4, 5] as const,
    environment: {
      'POSTBACK_<NETWORK>_CLIENT_ID': 'client id, instead of --client-id',
      'POSTBACK_<NETWORK>_CLIENT_SECRET': 'client secret, instead of the hidden prompt',
    },
  };
  static override aliases = ['login'];
  static override args = defineArgs({
    network: argument({ description: `${NETWORK_CHOICES}, or http` }),
    name: argument({ description: 'http: what the endpoint is called here' }),
  });
  static override flags = defineFlags({
    region: choice({
      summary: 'amazon: sign in to this region and use only its accounts',
      options: ['na', 'eu', 'fe'] as const,
    })(),
    'client-id': text({ summary: 'client id of your application', helpValue: 'ID' }),
    account: text({ summary: 'account to send to, if the user has several', helpValue: 'ID' }),
    pixel: text({ summary: `${namesOf('--pixel')}: pixel to send to`, helpValue: 'ID' }),
    customer: text({ summary: `${namesOf('--customer')}: customer to send to`, helpValue: 'ID' }),
    'login-customer': text({
      ...ADVANCED,
      summary: 'google: manager account that has access to the customer',
      helpValue: 'ID',
    }),
    api: choice({
      ...ADVANCED,
      summary: `${namesOf('api')}: contract to use`,
      options: CONNECT_APIS,
    })(),
    'test-code': text({
      ...ADVANCED,
      summary: `${namesOf('test code')}: where test events go`,
      helpValue: 'CODE',
    }),
    port: integer({
      ...ADVANCED,
      summary: 'port of the return URL (default 8787, then 8788, 8789)',
      min: 1,
      max: 65_535,
    }),
    'no-browser': toggle({ summary: 'print the URL instead of opening a browser' }),
    timeout: duration({ ...ADVANCED, summary: 'how long to wait for consent (default: 10m)' }),
    'token-stdin': toggle({ summary: 'read a token from stdin instead of using the browser' }),
    replace: toggle({ summary: 'replace the connected account with another one' }),
    audiences: toggle({ ...ADVANCED, summary: 'amazon: also request the audience scope' }),
    template: text({ summary: 'http: file that describes the postback URL', helpValue: 'FILE' }),
    preset: choice({
      ...ADVANCED,
      summary: 'http: template that comes with postback',
      options: listPresets(),
    })(),
    'allow-private': toggle({
      ...ADVANCED,
      summary: 'http: allow a loopback, private or link-local address',
    }),
  });

  protected override readonly makesWorkspace = true;
  #isStored = false;

  protected async execute(): Promise<void> {
    try {
      await this.#run();
    } catch (error) {
      const reason = interruptionOf(error)?.reason;
      if (reason === undefined || this.#isStored) throw error;
      throw new Interruption(reason, 'Cancelled. Nothing was stored.');
    }
  }

  async #run(): Promise<void> {
    const endpoint = readEndpointArguments(this.args.network, this.args.name);
    if (endpoint) return this.#connectEndpoint(endpoint.name);
    refuseEndpointFlags(this.flags);
    const network = await chooseNetwork(this.prompting, this.args.network);
    const connector = await network.loadConnector();
    checkConnectFlags(network, connector, this.flags);
    const wanted = readAccountSelector(this.flags);
    return this.withWorkspace(async (workspace) => {
      const connection = await this.#connect(workspace, network, connector, wanted);
      if (!connection)
        return this.io.info('Nothing was stored. The connected account stays connected.');
      await this.#show(workspace, network, connection, connector);
    });
  }

  async #show(
    workspace: Workspace,
    network: AnyNetwork,
    connection: Connection,
    connector: Connector,
  ): Promise<void> {
    this.#isStored = true;
    await this.present(connectionData(connection), () => printConnection(this.io, connection));
    await this.#reportNextStep(workspace, network, connection, connector);
    const { findPendingIssue } = await import('../src/status/pending-issue.js');
    const waiting = await findPendingIssue(workspace, network, connection);
    if (waiting) await this.io.info(`${waiting.problem} Next: ${waiting.next}`);
  }

  async #connectEndpoint(name: string | undefined): Promise<void> {
    const { template, path } = await readEndpointTemplate(this.flags, name);
    const network = makeEndpointNetwork(endpointNameOf(template.name), template);
    const connector = await network.loadConnector();
    checkConnectFlags(network, connector, this.flags);
    return this.withWorkspace(async (workspace) => {
      const { confirmReplace } = this.#replacing(workspace, network);
      const connection = await connectEndpointOf(
        workspace,
        this.environment.variables,
        this.flags,
        { template, path, confirmReplace, onWarning: (words) => void this.io.info(words) },
      );
      if (!connection)
        return this.io.info('Nothing was stored. The connected endpoint stays connected.');
      await this.#show(workspace, network, connection, connector);
    });
  }

  async #connect(
    workspace: Workspace,
    network: AnyNetwork,
    connector: Connector,
    wanted: AccountSelector,
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
        wanted,
        ...(api ? { api } : {}),
        ...(testCode ? { testCode } : {}),
        audiences,
        choose: createAccountChooser(this.prompting, connector, close),
        askAccount: createAccountQuestion(this.prompting, connector, close),
        ...this.#replacing(workspace, network),
        onWarning: (words) => void this.io.info(words),
        signal: this.signal,
      });
    } finally {
      close();
    }
  }

  /** Returns the options that decide whether another account may replace the connected one. */
  #replacing({ connections, name }: Workspace, network: AnyNetwork) {
    const { replace: replaces } = this.flags;
    const { isInteractive } = this.io;
    const held = findQuietly(() => connections.find(name, network.name)?.credentials.connection);
    const heldInEnvironment = held?.source === 'environment' ? held : undefined;
    const confirmReplace = async (change: AccountChange): Promise<boolean> => {
      const { describeChange } = await import('../src/accounts/connect.js');
      await this.io.info(describeChange(change));
      await this.io.info(
        `Mappings and pending postbacks belong to ${change.from.account}. replay does not send ` +
          'them to another account.',
      );
      return confirm(this.prompting, {
        message: `Replace it with ${change.to.account}?`,
        flagName: '--replace',
      });
    };
    return {
      replaces,
      isInteractive,
      heldInEnvironment,
      ...(isInteractive ? { confirmReplace } : {}),
    };
  }

  /** Consent in the browser, or a token; `close` gives stdin back. */
  async #obtainConsent(
    workspace: Workspace,
    { name }: AnyNetwork,
    connector: Connector,
  ): Promise<{ consent: Consent; client?: OAuthClient; close: () => void }> {
    const held = workspace.connections.store.find(workspace.name, name);
    const { variables } = this.environment;
    const login = connector.makeLogin?.({ audiences: false });
    const question = { network: name, clientId: this.flags['client-id'], variables, held, login };
    const isPasted =
      this.flags['token-stdin'] ||
      !login ||
      (connector.prefersToken && findClientId(question) === undefined);
    if (!isPasted) {
      this.#refuseToWait(name, connector);
      const client = await askForClient(this.prompting, {
        ...question,
        returnUrls: listReturnUrls(this.flags.port),
      });
      const pasted = readPastedLines(this.io);
      return { consent: this.#loginConsent(pasted.lines), client, close: () => pasted.close() };
    }
    if (!this.flags['token-stdin'] && !this.io.isInteractive) {
      throw new UsageError(
        'needs_terminal',
        `${name} is connected with a token, and there is no terminal to ask for it.`,
        this.#explainWithoutTerminal(name, connector, `You find it in the ${connector.tokenHelp}.`),
      );
    }
    if (this.io.isInteractive)
      await this.io.info(`You find the token in the ${connector.tokenHelp}.`);
    const { readPastedSecrets } = await import('../src/accounts/pasted.js');
    // stdin first: a question would swallow the token.
    const secrets = readPastedSecrets(await readTokenText(this.prompting, connector), connector);
    const needsClient = connector.pasted === 'refresh';
    const client = needsClient ? { client: await askForClient(this.prompting, question) } : {};
    return { consent: { kind: 'token', secrets }, ...client, close: () => undefined };
  }

  /** Without a terminal nobody sees the URL, unless --no-browser was given. */
  #refuseToWait(network: NetworkName, connector: Connector): void {
    if (this.io.isInteractive || this.flags['no-browser']) return;
    throw new UsageError(
      'needs_terminal',
      `Connecting ${network} in a browser requires a terminal.`,
      this.#explainWithoutTerminal(network, connector, '--no-browser prints the URL and waits.'),
    );
  }

  /**
   * Names what connects a network where nobody can be asked: a token on stdin, or variables, and in
   * a CI job where it keeps them.
   */
  #explainWithoutTerminal(
    network: NetworkName,
    { accountFlag, pasted }: Connector,
    more: string,
  ): { hint: string; next: string } {
    const variables = variablesOf(network)
      .rules.filter(({ overlays }) => !overlays)
      .map(({ suffix }) => variableOf(network, suffix));
    const advice = adviseOnNetwork(network, this.environment.variables);
    return {
      hint:
        `Pipe the ${pasted} token in with --token-stdin, or set the variables ` +
        `${variables.join(', ')} instead of connecting. ${advice?.hint ?? more}`,
      next:
        advice?.next ?? `postback connect ${network} --token-stdin ${accountFlag} ID < token.txt`,
    };
  }

  #loginConsent(pasted: AsyncIterable<string>): Consent {
    const { port, timeout, gateway, 'no-browser': noBrowser } = this.flags;
    return {
      kind: 'login',
      presenter: createLoginPresenter(this.io, {
        noBrowser,
        variables: this.environment.variables,
      }),
      timeoutMs: timeout ?? DEFAULT_TIMEOUT_MS,
      ...(port === undefined ? {} : { ports: [port] }),
      ...(gateway ? { gateway: checkGateway(gateway) } : {}),
      pasted,
    };
  }

  async #reportNextStep(
    { connections, name, goals }: Workspace,
    network: AnyNetwork,
    connection: Connection,
    { notes: notes = [] }: Connector,
  ): Promise<void> {
    const stored = connections.store.find(name, network.name);
    const override = describeOverride(network.name, this.environment.variables, stored);
    for (const note of notes) await this.io.info(note);
    if (override && connection.source === 'store') await this.io.info(override);
    if (!connections.store.isEnabled(name, network.name)) {
      await this.io.info(`${network.name} is disabled here. Next: postback enable ${network.name}`);
    } else if (goals.length === 0) {
      const mapping = network.defaultMapping ? '' : ', then postback map';
      await this.io.info(`Connected. Next: postback goals add${mapping}`);
    } else if (!network.defaultMapping && !goals.some(({ map }) => map[network.name])) {
      await this.io.info('Connected. Next: postback map');
    } else {
      await this.io.info('Connected. Mappings were kept.');
    }
  }
}
