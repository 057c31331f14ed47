import { readHeader, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import { findAccount, findScope, type Caller } from './api-route.js';
import type { Refuse } from './refusals.js';
import type { SandboxAccount } from './seed.js';

/**
 * The advertiser of a `/accounts/{accountId}/dsp/` call. The specification makes both account
 * headers optional and says that `Amazon-Ads-AccountId` "is required ... when you have been
 * directly invited to the advertiser"; users of the sandbox are, so one of the two must be there,
 * and whichever is there must fit the path.
 */
export function findConversionsAccount(
  caller: Caller,
  request: SandboxRequest,
  accountId: string,
  refuse: Refuse,
): SandboxAccount | SandboxAnswer {
  const account = findAccount(caller, accountId, refuse);
  if ('status' in account) return account;
  const header = readHeader(request, 'amazon-ads-accountid');
  const scope = readHeader(request, 'amazon-advertising-api-scope');
  if (header === undefined && scope === undefined) return refuse(401, 'Scope header is missing');
  if (header !== undefined && header !== accountId)
    return refuse(403, 'Amazon-Ads-AccountId does not fit the path');
  if (scope === undefined) return account;
  const scoped = findScope(caller, request, refuse);
  if ('status' in scoped) return scoped;
  return scoped.advertiserId === accountId
    ? account
    : refuse(401, 'Not authorized to access scope');
}
