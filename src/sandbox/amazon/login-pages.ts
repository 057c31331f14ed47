import { escapeHtml, renderPage } from '../page.js';
import { USERS } from './seed.js';

const NOTE =
  '<p class="note">This is the <strong>postback sandbox</strong> on your own machine, not Amazon. ' +
  'No real account is involved and no password is asked for.</p>';

const SCOPE_WORDS: Readonly<Record<string, string>> = {
  'advertising::campaign_management': 'report conversions and read advertiser accounts',
  'advertising::audiences': 'manage audience lists',
};

/** The consent form. It posts back to its own address, so that it also works behind a gateway. */
export function renderConsentPage(query: URLSearchParams, chosenUser: string): string {
  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const wishes = scopes.map((scope) => {
    const words = SCOPE_WORDS[scope];
    return `<li>${words ? `${escapeHtml(words)} <br>` : ''}<code class="soft">${escapeHtml(scope)}</code></li>`;
  });
  const users = USERS.map(({ name, about }) => {
    const checked = name === chosenUser ? ' checked' : '';
    return `<label class="pick"><input type="radio" name="user" value="${name}"${checked} required>
<span><strong>${name}</strong> <span class="soft">${escapeHtml(about)}</span></span></label>`;
  });
  return renderPage(
    'Login with Amazon (sandbox)',
    `${NOTE}
<section class="card">
<h1>Allow postback to use your advertising account?</h1>
<p class="soft">The application <code>${escapeHtml(query.get('client_id') ?? '')}</code> asks to:</p>
<ul>${wishes.join('')}</ul>
<form method="post" action="?${escapeHtml(query.toString())}">
<fieldset><legend>Log in as</legend>
${users.join('\n')}
</fieldset>
<div class="row"><button class="main" name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button></div>
</form>
</section>
<p class="soft">Without a browser: a client whose Accept header does not name <code>text/html</code> (curl) is let through
at once; add <code>&amp;sandbox_decision=allow</code> or <code>deny</code> and <code>&amp;sandbox_user=eu</code> to the address
to choose.</p>`,
  );
}

/** Amazon's own dead end: it never calls back. */
export function renderErrorPage(status: number, details: string): string {
  const summary = status === 400 ? '400 Bad Request' : String(status);
  return renderPage(
    "We're sorry! (sandbox)",
    `${NOTE}
<section class="card">
<h1>We're sorry!</h1>
<p>An error occurred when we tried to process your request.</p>
<p><strong>Error Summary</strong><br>${summary}</p>
<p><strong>Error Details</strong><br>${escapeHtml(details)}</p>
</section>`,
  );
}
