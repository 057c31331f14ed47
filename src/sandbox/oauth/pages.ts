import { STATUS_CODES } from 'node:http';
import { answerPage, type SandboxAnswer } from '../exchange.js';
import { escapeHtml, renderPage } from '../page.js';
import { fillWords } from './words.js';

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
  /** Requested permissions: a description and the network's name of each. */
  permissions: readonly (readonly [words: string, name: string])[];
  users: readonly ConsentUser[];
  chosenUser: string;
  /**
   * The query of the request. The form posts to its own URL, so that it also works through a
   * gateway.
   */
  query: URLSearchParams;
}

/** The form at which somebody allows or denies; it posts `decision` and `user`. */
export function renderConsentPage({
  login,
  network,
  client,
  permissions,
  users,
  chosenUser,
  query,
}: ConsentPage): string {
  const asked = permissions.map(
    ([words, name]) =>
      `<li>${words ? `${escapeHtml(words)} <br>` : ''}<code ` +
      `class="soft">${escapeHtml(name)}</code></li>`,
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

/** How a network says on a page that a login cannot go on. `{…}` stand for parts of the problem. */
export interface ProblemPage {
  title: string;
  heading: string;
  paragraphs: readonly { label?: string; text?: string }[];
}

/** Why a login cannot go on. */
export interface LoginProblem {
  status: number;
  /** The network's own name of it; absent: that of the status. */
  error?: string;
  words: string;
}

/** The dead end of a login: a page that calls nobody back. */
export function answerProblem(
  network: string,
  page: ProblemPage,
  { status, error = describeStatus(status), words }: LoginProblem,
): SandboxAnswer {
  const fill = (text: string): string =>
    escapeHtml(fillWords(text, { status: String(status), error, words }));
  const paragraphs = page.paragraphs.map(({ label, text }) => {
    const parts = [
      ...(label === undefined ? [] : [`<strong>${fill(label)}</strong>`]),
      ...(text === undefined ? [] : [fill(text)]),
    ];
    return `<p>${parts.join('<br>')}</p>`;
  });
  return answerPage(
    status,
    renderPage(
      page.title,
      `${renderNote(network)}
<section class="card">
<h1>${fill(page.heading)}</h1>
${paragraphs.join('\n')}
</section>`,
    ),
  );
}

/** Such as `400 Bad Request`. */
function describeStatus(status: number): string {
  return [status, STATUS_CODES[status]].join(' ').trim();
}

/** That no page here is the network's own. */
function renderNote(network: string): string {
  return (
    '<p class="note">This is the <strong>postback sandbox</strong> on your own machine, not ' +
    `${escapeHtml(network)}. No real account is involved and no password is asked for.</p>`
  );
}
