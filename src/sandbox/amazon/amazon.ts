import { readBearer } from '../bearer.js';
import { answerJson } from '../exchange.js';
import { createOAuthServer } from '../oauth/server.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { createAccountRoutes } from './accounts.js';
import { AudienceJobs } from './audience-jobs.js';
import { createAudienceRoutes } from './audiences.js';
import { createCapiRoutes } from './capi-v1.js';
import { DefinitionStore } from './definition-store.js';
import { createDefinitionRoutes } from './definitions.js';
import { createEventsRoutes } from './events-api.js';
import { AMAZON_OAUTH } from './oauth.js';
import { createLegacyRefuse } from './refusals.js';

/** Creates the sandbox of Amazon: Login with Amazon and the Ads hosts of the three regions. */
export function createAmazonSandbox(tools: SandboxTools): SandboxNetwork {
  const { store: grants, routes } = createOAuthServer(AMAZON_OAUTH, tools);
  const definitions = new DefinitionStore(tools.clock);
  const jobs = new AudienceJobs(tools.clock, tools.random, tools.processingMs);
  const parts = { ...tools, grants, definitions, jobs };
  const refuse = createLegacyRefuse(tools.random);
  return {
    name: 'amazon',
    routes: [
      ...routes,
      ...createAccountRoutes(parts),
      ...createDefinitionRoutes(parts),
      ...createCapiRoutes(parts),
      ...createEventsRoutes(parts),
      ...createAudienceRoutes(parts),
    ],
    refuse: (status, host) =>
      host.startsWith('advertising-api')
        ? refuse(status)
        : answerJson(status, { message: 'Not Found' }),
    ...grants.faults(readBearer),
    reset: () => {
      definitions.reset();
      jobs.clear();
    },
  };
}
