import type { GrantHistory, OAuthProvider } from '../../oauth/provider.js';

/** Host of the Data Manager API. */
export const API_ORIGIN = 'https://datamanager.googleapis.com';

/** The scope for conversions. It cannot list accounts, so the customer id must be given. */
export const DATA_MANAGER_SCOPE = 'https://www.googleapis.com/auth/datamanager';

/** Lifetime of a refresh token while the consent screen is in testing, in days. */
export const TESTING_LASTS_DAYS = 7;
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/**
 * Around the seventh day the trap is the likeliest cause; a run a day finds it out by the eighth.
 */
const LIKELY_AGE_DAYS = { from: 6.5, to: 9 };

/**
 * Google's authorization server. Without `access_type=offline` it gives no refresh token, and
 * without `prompt=consent` none to somebody who has consented before
 * (docs/reference/google.md#login).
 */
export function makeGoogleLogin(): OAuthProvider {
  return {
    title: 'Google sign-in',
    product: 'Google Ads',
    connectCommand: 'postback connect google',
    authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    scopes: [DATA_MANAGER_SCOPE],
    authorizeParameters: { access_type: 'offline', prompt: 'consent' },
    explainRefusal: explainTestingTrap,
    returnUrlHelp:
      'Google Cloud console > Google Auth Platform > Clients > your web client > Authorised ' +
      'redirect URIs (a client of type Desktop app needs none)',
    clientHelp: 'Google Cloud console > Google Auth Platform > Clients',
    clientUrl: 'https://console.cloud.google.com/',
  };
}

/**
 * The trap of consent screens in testing, for a refresh token that is refused. Nothing where the
 * grant has been seen to work for longer, the hour of its last access token included: then it was
 * no such grant.
 */
function explainTestingTrap({
  nowMs,
  connectedAtMs,
  workedUntilMs = 0,
}: GrantHistory): string | undefined {
  const fix =
    'publish it (Google Cloud console > Google Auth Platform > Audience), then connect again';
  const rule =
    'Google ends grants of a consent screen in publishing status "Testing" after ' +
    `${TESTING_LASTS_DAYS} days`;
  if (connectedAtMs === undefined) return `${rule}. If yours is, ${fix}.`;
  if (workedUntilMs - connectedAtMs > TESTING_LASTS_DAYS * DAY_MS + HOUR_MS) return undefined;
  const ageDays = (nowMs - connectedAtMs) / DAY_MS;
  const isLikely = ageDays >= LIKELY_AGE_DAYS.from && ageDays <= LIKELY_AGE_DAYS.to;
  return isLikely
    ? `It was connected ${Math.round(ageDays)} days ago. ${rule}: ${fix}.`
    : `${rule}. If yours is, ${fix}.`;
}
