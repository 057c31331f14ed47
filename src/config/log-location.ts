import { join } from 'node:path';

import type { Clock } from '../clock.js';
import type { RunConfig } from './run-config.js';

/** A database that several machines share. */
export interface LogServer {
  /** Address, as the setting `log.url` has it. */
  url: string;
  /** Environment variables, among them those that libpq reads. */
  variables: Readonly<Record<string, string | undefined>>;
}

/** Where the delivery log of a workspace is. */
export interface LogLocation {
  /** Its file, which need not exist yet; not used where there is a server. */
  path: string;
  /** Absent: the log is a file on this machine. */
  server?: LogServer;
  workspace: string;
  clock: Clock;
}

export interface LocateLogParts {
  config: Pick<RunConfig, 'workspace' | 'settings'>;
  environment: {
    directories: { data: string };
    variables: LogServer['variables'];
  };
  clock: Clock;
}

/** Returns where the delivery log of a workspace is, or will be. */
export function locateLog({ config, environment, clock }: LocateLogParts): LogLocation {
  const { directories, variables } = environment;
  const workspace = config.workspace.value;
  const url = config.settings['log.url'];
  return {
    path: join(directories.data, workspace, 'delivery.db'),
    ...(url && { server: { url, variables } }),
    workspace,
    clock,
  };
}
