import { CredentialStore } from '../../src/accounts/credential-store.js';
import type { Directories } from '../../src/config/directories.js';
import { listWorkspaces } from '../../src/config/known-workspaces.js';
import type { RunConfig } from '../../src/config/run-config.js';
import { DEFAULT_WORKSPACE } from '../../src/config/workspace-name.js';
import { NETWORK_NAMES, type NetworkName } from '../../src/networks/names.js';
import type { IO } from './io.js';
import { printTable, type Column } from './table.js';

/** A workspace as `workspaces --json` shows it. */
export interface WorkspaceRow {
  workspace: string;
  /** Commands use it where nothing else is named. */
  default: boolean;
  /** This call uses it. */
  selected: boolean;
  goals: number;
  /** The stored connections: account by network. */
  accounts: Partial<Record<NetworkName, string>>;
}

/** The workspaces of this machine with what is in them. */
export function surveyWorkspaces({ user, workspace }: RunConfig, directories: Directories): WorkspaceRow[] {
  const store = new CredentialStore(directories.config);
  const byDefault = user.readDefaultWorkspace() ?? DEFAULT_WORKSPACE;
  return listWorkspaces(directories, user).map((name) => {
    const accounts: WorkspaceRow['accounts'] = {};
    for (const network of NETWORK_NAMES) {
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
  await printTable(io, rows, COLUMNS, { empty: 'There is no workspace.' });
  if (rows.length === 1) await io.remark('One game needs one. Another: postback workspaces create NAME');
}
