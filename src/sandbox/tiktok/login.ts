import { isJsonObject } from '../../json.js';
import { renderConsentPage, renderNote } from '../consent-page.js';
import { answerPage, readJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import { escapeHtml, renderPage } from '../page.js';
import { mayReturnTo, redirectBack } from '../return-url.js';
import type { Route } from '../route.js';
import { answerApi, answerStatus, CODES, type AnswerParts } from './answers.js';
import type { TikTokGrants } from './grants.js';
import { SANDBOX_TIKTOK_APP_ID, SANDBOX_TIKTOK_APP_SECRET, TIKTOK_USERS } from './seed.js';

const HOSTS = ['business-api.tiktok.com'];
/** Permissions are set on the app, by number; the names are those of the portal. */
const WISHES = [
  ['read advertiser accounts', 'Ad Account Management'],
  ['report conversions of pixels', 'Measurement > Report Conversion Event'],
] as const;
const PERMISSIONS = [4, 15];

export interface LoginParts extends AnswerParts {
  grants: TikTokGrants;
  anyLoopbackPort: boolean;
}

/**
 * The business portal: `/portal/auth` shows a browser the consent form and lets any other client through at once, and
 * `oauth2/access_token` takes JSON. No PKCE, no scope: permissions are the app's. No official page is public; the sandbox
 * follows the documentation of pitchfire.app (2026-11-30).
 */
export function createTikTokLoginRoutes(parts: LoginParts): Route[] {
  const portal = { hosts: HOSTS, path: '/portal/auth', kind: 'login' as const, refuse: refusePortal };
  return [
    { ...portal, method: 'GET', handle: (request) => showConsent(parts, request) },
    { ...portal, method: 'POST', handle: (request) => takeConsent(parts, request) },
    {
      method: 'POST',
      hosts: HOSTS,
      path: '/open_api/v1.3/oauth2/access_token/',
      kind: 'login',
      handle: (request) => answerToken(parts, request),
      refuse: (status) => answerStatus(parts, status),
    },
  ];
}

function refusePortal(status: number): SandboxAnswer {
  return answerPage(status, renderProblem('The page cannot be shown now.'));
}

function renderProblem(words: string): string {
  const card = `<section class="card"><h1>Something went wrong</h1><p>${escapeHtml(words)}</p></section>`;
  return renderPage('TikTok for Business (sandbox)', `${renderNote('TikTok')}${card}`);
}

function showConsent(parts: LoginParts, { query, headers }: SandboxRequest): SandboxAnswer {
  const refusal = refuseRequest(parts, query);
  if (refusal) return refusal;
  const chosenUser = query.get('sandbox_user') ?? TIKTOK_USERS[0]!.name;
  const decision = query.get('sandbox_decision');
  const isBrowser = (headers.accept ?? '').includes('text/html');
  if (decision !== null || !isBrowser) return decide(parts, query, decision ?? 'allow', chosenUser);
  const client = query.get('app_id')!;
  const page = { login: 'TikTok for Business', network: 'TikTok', client, wishes: WISHES, users: TIKTOK_USERS };
  return answerPage(200, renderConsentPage({ ...page, chosenUser, query }));
}

function takeConsent(parts: LoginParts, { query, body }: SandboxRequest): SandboxAnswer {
  const form = new URLSearchParams(body.toString('utf8'));
  const user = form.get('user') ?? TIKTOK_USERS[0]!.name;
  return refuseRequest(parts, query) ?? decide(parts, query, form.get('decision') ?? '', user);
}

function refuseRequest({ anyLoopbackPort }: LoginParts, query: URLSearchParams): SandboxAnswer | undefined {
  if (query.get('app_id') !== SANDBOX_TIKTOK_APP_ID) return answerPage(400, renderProblem('This app does not exist.'));
  if (mayReturnTo(query.get('redirect_uri') ?? '', anyLoopbackPort)) return undefined;
  return answerPage(400, renderProblem('The redirect URL is not one of those registered for this app.'));
}

function decide({ grants }: LoginParts, query: URLSearchParams, decision: string, user: string): SandboxAnswer {
  // What the real portal does on a refusal is not documented.
  if (decision === 'deny') return redirectBack(query, { error: 'access_denied' });
  if (decision !== 'allow') return answerPage(400, renderProblem('The decision must be allow or deny.'));
  if (!TIKTOK_USERS.some(({ name }) => name === user)) {
    return answerPage(400, renderProblem('The sandbox has no such user.'));
  }
  const code = grants.issueCode(user);
  // The portal gives the code under both names.
  return redirectBack(query, { auth_code: code, code });
}

function answerToken(parts: LoginParts, request: SandboxRequest): SandboxAnswer {
  const body = readJson(request)?.value;
  if (!isJsonObject(body)) return answerApi(parts, CODES.invalidParameter, 'Invalid JSON.');
  const { app_id: appId, secret, auth_code: code } = body;
  const missing = ['app_id', 'secret', 'auth_code'].find((name) => typeof body[name] !== 'string');
  if (missing !== undefined) {
    return answerApi(parts, CODES.invalidParameter, `${missing}: Missing data for required field.`);
  }
  if (appId !== SANDBOX_TIKTOK_APP_ID || secret !== SANDBOX_TIKTOK_APP_SECRET) {
    return answerApi(parts, CODES.invalidParameter, 'app_id or secret is incorrect.');
  }
  const redeemed = parts.grants.redeem(code as string);
  if (typeof redeemed === 'string') return answerApi(parts, CODES.wrongCode, redeemed);
  const { token, user } = redeemed;
  const data = { access_token: token, scope: PERMISSIONS, advertiser_ids: user.advertisers.map(({ id }) => id) };
  return answerApi(parts, 0, 'OK', data);
}
