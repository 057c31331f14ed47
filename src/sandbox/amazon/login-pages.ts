import { renderConsentPage, renderNote } from '../consent-page.js';
import { escapeHtml, renderPage } from '../page.js';
import { USERS } from './seed.js';

const SCOPE_WORDS: Readonly<Record<string, string>> = {
  'advertising::campaign_management': 'report conversions and read advertiser accounts',
  'advertising::audiences': 'manage audience lists',
};

/** The consent form of Login with Amazon. */
export function renderAmazonConsent(query: URLSearchParams, chosenUser: string): string {
  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  return renderConsentPage({
    login: 'Login with Amazon',
    network: 'Amazon',
    client: query.get('client_id') ?? '',
    wishes: scopes.map((scope) => [SCOPE_WORDS[scope] ?? '', scope]),
    users: USERS,
    chosenUser,
    query,
  });
}

/** Amazon's own dead end: it never calls back. */
export function renderErrorPage(status: number, details: string): string {
  const summary = status === 400 ? '400 Bad Request' : String(status);
  return renderPage(
    "We're sorry! (sandbox)",
    `${renderNote('Amazon')}
<section class="card">
<h1>We're sorry!</h1>
<p>An error occurred when we tried to process your request.</p>
<p><strong>Error Summary</strong><br>${summary}</p>
<p><strong>Error Details</strong><br>${escapeHtml(details)}</p>
</section>`,
  );
}
