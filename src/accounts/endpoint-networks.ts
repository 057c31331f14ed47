import type { Project } from '../config/project-file.js';
import { makeEndpointNetwork } from '../networks/http/endpoint.js';
import type { AnyNetwork } from '../networks/network.js';
import { Connections } from './connections.js';
import { checkTemplates } from './endpoint-credentials.js';

/**
 * The endpoints of a workspace as networks, for commands that open no workspace.
 * @throws ConfigError for a template with a mistake
 */
export function listEndpointNetworks(
  workspace: string,
  configDirectory: string,
  project: Project | undefined,
): AnyNetwork[] {
  const connections = new Connections({
    configDirectory,
    variables: {},
    endpoints: checkTemplates(project?.http, project?.path),
  });
  const endpoints = connections.listEndpoints(workspace);
  return [...endpoints].map(([name, template]) => makeEndpointNetwork(name, template));
}
