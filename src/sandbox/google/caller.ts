import { readBearer } from '../bearer.js';
import type { SandboxAnswer, SandboxRequest } from '../exchange.js';
import type { GrantStore } from '../oauth/grant-store.js';
import type { Refuse } from './refusals.js';
import { CLIENTS, DATA_MANAGER_SCOPE, USERS, type SandboxGoogleUser } from './seed.js';

/** Who calls, where token, scope and project are right. */
export function identifyCaller(
  grants: GrantStore,
  refuse: Refuse,
  request: SandboxRequest,
): SandboxGoogleUser | SandboxAnswer {
  const grant = grants.findAccess(readBearer(request));
  if (!grant) return refuse(401);
  if (!grant.scopes.includes(DATA_MANAGER_SCOPE)) {
    const message = 'Request had insufficient authentication scopes.';
    return refuse(403, { message, reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' });
  }
  const [project] = grant.clientId.split('-');
  if (CLIENTS.find(({ id }) => id === grant.clientId)?.isDisabled) {
    const message = `Data Manager API has not been used in project ${project} before or it is disabled.`;
    return refuse(403, { message, reason: 'SERVICE_DISABLED' });
  }
  return USERS.find(({ name }) => name === grant.user) ?? refuse(403);
}

/** Whether the user may send to a customer on this way: directly, or through this manager. */
export function mayReach(
  { customers }: SandboxGoogleUser,
  customer: string,
  manager: string | undefined,
): boolean {
  return customers.some((own) => own.customer === customer && own.manager === manager);
}
