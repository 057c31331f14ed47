import { CredentialStore } from '../accounts/credential-store.js';
import type { Directories } from '../config/directories.js';
import { listWorkspaces } from '../config/known-workspaces.js';
import type { RunConfig } from '../config/run-config.js';
import { DEFAULT_WORKSPACE } from '../config/workspace-name.js';
import { NETWORK_NAMES, type PerNetwork } from '../networks/names.js';
import type { IO } from './io.js';
import { printTable, type Column } from './table.js';

/** A workspace as `workspaces --json` shows it. */
export interface WorkspaceRow {
  workspace: string;
  /** Whether it is the default workspace. */
  default: boolean;
  /** This call uses it. */
  selected: boolean;
  goals: number;
  /** The stored connections: account by network. */
  accounts: PerNetwork<string>;
}

/** The workspaces of this machine with what is in them. */
export function listWorkspaceStates(
  { user, workspace }: RunConfig,
  directories: Directories,
): WorkspaceRow[] {
  const store = new CredentialStore(directories.config);
  const byDefault = user.readDefaultWorkspace() ?? DEFAULT_WORKSPACE;
  return listWorkspaces(directories, user).map((name) => {
    const accounts: WorkspaceRow['accounts'] = {};
    for (const network of [...NETWORK_NAMES, ...store.listEndpoints(name)]) {
      const account = store.find(name, network)?.connection.account;
      if (account !== undefined) accounts[network] = account;
    }
    return {
      workspace: name,
      default: name === byDefault,
      selected: name === workspace.value,
      goals: user.readGoals(name).length,
      accounts,
    };
  });
}

const COLUMNS: Column<WorkspaceRow>[] = [
  { header: 'Workspace', value: ({ workspace }) => workspace },
  { header: 'Default', value: (row) => (row.default ? 'yes' : '') },
  { header: 'Goals', value: ({ goals }) => goals, align: 'right' },
  {
    header: 'Accounts',
    value: ({ accounts }) =>
      Object.entries(accounts)
        .map(([network, account]) => `${network} ${account}`)
        .join(', '),
  },
];

/** Prints the table of workspaces. */
export async function printWorkspaces(io: IO, rows: readonly WorkspaceRow[]): Promise<void> {
  await printTable(io, rows, COLUMNS, { empty: 'There are no workspaces.' });
  if (rows.length === 1)
    await io.info('Use one workspace per game. To create another: postback workspaces create NAME');
}
