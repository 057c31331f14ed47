import { readBearer } from '../bearer.js';
import { answerJson } from '../exchange.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { createAccountRoutes } from './accounts.js';
import { AudienceJobs } from './audience-jobs.js';
import { createAudienceRoutes } from './audiences.js';
import { createCapiRoutes } from './capi-v1.js';
import { DefinitionStore } from './definition-store.js';
import { createDefinitionRoutes } from './definitions.js';
import { createEventsRoutes } from './events-api.js';
import { Grants } from './grants.js';
import { createLoginRoutes } from './login.js';
import { createLegacyRefuse } from './refusals.js';
import { createTokenRoutes } from './token.js';

/** Amazon's stand-in: Login with Amazon and the Ads hosts of the three regions. */
export function createAmazonSandbox(tools: SandboxTools): SandboxNetwork {
  const grants = new Grants(tools.clock, tools.random);
  const definitions = new DefinitionStore(tools.clock);
  const jobs = new AudienceJobs(tools.clock, tools.random, tools.processingMs);
  const parts = { ...tools, grants, definitions, jobs };
  const refuse = createLegacyRefuse(tools.random);
  return {
    name: 'amazon',
    routes: [
      ...createLoginRoutes(parts),
      ...createTokenRoutes(parts),
      ...createAccountRoutes(parts),
      ...createDefinitionRoutes(parts),
      ...createCapiRoutes(parts),
      ...createEventsRoutes(parts),
      ...createAudienceRoutes(parts),
    ],
    refuse: (status, host) =>
      host.startsWith('advertising-api') ? refuse(status) : answerJson(status, { message: 'Not Found' }),
    revoke: (request) => (request ? grants.revoke(readBearer(request)) : grants.revoke()),
    expire: (request) => grants.expire(readBearer(request)),
    restore: () => grants.restore(),
    reset: () => {
      definitions.reset();
      jobs.clear();
    },
  };
}
