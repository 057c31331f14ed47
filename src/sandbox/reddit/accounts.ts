import { answerJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { GrantStore } from '../oauth/grant-store.js';
import type { Route } from '../route.js';
import { refuseApi } from './answers.js';
import { createApiRoute } from './api-route.js';

/** Fewer than may be asked for, so that clients meet a `next_url`. */
const PAGE_SIZE = 5;

/**
 * The lists by which a client finds its pixels: businesses, their ad accounts, the pixels of those.
 */
export function createRedditAccountRoutes(grants: GrantStore): Route[] {
  const base = { method: 'GET' as const, scope: 'adsread' as const };
  return [
    createApiRoute(grants, {
      ...base,
      path: '/me/businesses',
      handle: (request, _params, { businesses }) => answerPage(request, businesses),
    }),
    createApiRoute(grants, {
      ...base,
      path: '/businesses/:business/ad_accounts',
      handle: (request, { business }, { businesses }) =>
        answerPage(request, businesses.find(({ id }) => id === business)?.accounts),
    }),
    createApiRoute(grants, {
      ...base,
      path: '/ad_accounts/:account/pixels',
      handle: (request, { account }, { businesses }) => {
        const own = businesses.flatMap(({ accounts }) => accounts).find(({ id }) => id === account);
        return answerPage(request, own?.pixels);
      },
    }),
  ];
}

/** One page of `{id,name}`, with the address of the next. */
function answerPage(
  { host, path, query }: SandboxRequest,
  entries: readonly { id: string; name: string }[] | undefined,
): SandboxAnswer {
  if (!entries) return refuseApi(404);
  const start = Number(query.get('page.token') ?? 0);
  const data = entries.slice(start, start + PAGE_SIZE).map(({ id, name }) => ({ id, name }));
  const next = start + PAGE_SIZE;
  const nextUrl = next < entries.length ? `https://${host}${path}?page.token=${next}` : null;
  return answerJson(200, { data, pagination: { next_url: nextUrl, previous_url: null } });
}
