import { escapeHtml, renderPage } from './page.js';

/** Somebody who can log in at a sandbox's consent page. */
export interface ConsentUser {
  name: string;
  about: string;
}

export interface ConsentPage {
  /** Whose login it plays: `Login with Amazon`, `TikTok for Business`. */
  login: string;
  /** Whom it is not: `Amazon`. */
  network: string;
  /** The application that asks, by its id. */
  client: string;
  /** What it asks for, in words, each with the name that the network has for it. */
  wishes: readonly (readonly [words: string, name: string])[];
  users: readonly ConsentUser[];
  chosenUser: string;
  /** The query of the request: the form posts back to its own address, so that it also works behind a gateway. */
  query: URLSearchParams;
}

/** The form at which somebody allows or denies; it posts `decision` and `user`. */
export function renderConsentPage({ login, network, client, wishes, users, chosenUser, query }: ConsentPage): string {
  const asked = wishes.map(
    ([words, name]) =>
      `<li>${words ? `${escapeHtml(words)} <br>` : ''}<code class="soft">${escapeHtml(name)}</code></li>`,
  );
  const choices = users.map(({ name, about }) => {
    const checked = name === chosenUser ? ' checked' : '';
    return `<label class="pick"><input type="radio" name="user" value="${name}"${checked} required>
<span><strong>${name}</strong> <span class="soft">${escapeHtml(about)}</span></span></label>`;
  });
  return renderPage(
    `${login} (sandbox)`,
    `${renderNote(network)}
<section class="card">
<h1>Allow postback to use your advertising account?</h1>
<p class="soft">The application <code>${escapeHtml(client)}</code> asks to:</p>
<ul>${asked.join('')}</ul>
<form method="post" action="?${escapeHtml(query.toString())}">
<fieldset><legend>Log in as</legend>
${choices.join('\n')}
</fieldset>
<div class="row"><button class="main" name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button></div>
</form>
</section>
<p class="soft">Without a browser: a client whose Accept header does not name <code>text/html</code> (curl) is let through
at once; add <code>&amp;sandbox_decision=allow</code> or <code>deny</code> and <code>&amp;sandbox_user=${escapeHtml(users[1]?.name ?? chosenUser)}</code> to the address
to choose.</p>`,
  );
}

/** That no page here is the network's own. */
export function renderNote(network: string): string {
  return (
    `<p class="note">This is the <strong>postback sandbox</strong> on your own machine, not ${escapeHtml(network)}. ` +
    'No real account is involved and no password is asked for.</p>'
  );
}
