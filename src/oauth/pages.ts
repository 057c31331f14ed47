import { createHash } from 'node:crypto';

/** A final page in the browser. Self-contained: no scripts, tokens or external resources. */
export interface Page {
  status: number;
  html: string;
}

const STYLE = `
:root{color-scheme:light dark;--paper:#f6f5f1;--card:#fff;--ink:#1c1b19;--soft:#57534b;--line:#e4e1d9;--good:#0b6b3a;
--good-bg:#e2f3e8;--bad:#9b1c1c;--bad-bg:#fbe6e4;--wait:#7a4b00;--wait-bg:#fdf0d8}
@media (prefers-color-scheme:dark){:root{--paper:#141311;--card:#1e1d1a;--ink:#f2f0ea;--soft:#b9b4a8;--line:#35322c;
--good:#7fd8a4;--good-bg:#143524;--bad:#ffb0a8;--bad-bg:#43191a;--wait:#f5cd86;--wait-bg:#3b2a0c}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);
font:1.0625rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{width:100%;max-width:30rem;padding:2.5rem 2.25rem 2rem;background:var(--card);border:1px solid var(--line);
border-radius:1rem;box-shadow:0 1px 2px #0000000d,0 12px 32px #00000014}
.mark{display:grid;place-items:center;width:3.5rem;height:3.5rem;border-radius:50%;margin-bottom:1.5rem}
.mark svg{width:1.75rem;height:1.75rem;fill:none;stroke:currentColor;stroke-width:2.5;stroke-linecap:round;
stroke-linejoin:round}
.good{color:var(--good);background:var(--good-bg)}
.bad{color:var(--bad);background:var(--bad-bg)}
.wait{color:var(--wait);background:var(--wait-bg)}
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.01em;text-wrap:balance}
p{margin:0 0 1rem;overflow-wrap:anywhere}
.detail{color:var(--soft)}
footer{margin-top:1.75rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.875rem}
code{font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Headers of every page. The policy only allows the page's own style. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; ` +
    "form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

const MARKS = {
  good: '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
  bad: '<path d="M7 7l10 10M17 7L7 17"/>',
  wait: '<path d="M12 6v7M12 17.5v.01"/>',
};

/** Consent was given, and the terminal asks for something before anything is stored. */
export function makeSignedInPage(product: string): Page {
  const text =
    `You signed in to ${product}, but nothing is connected yet. Return to your terminal to ` +
    'finish.';
  return makePage({ status: 200, mark: 'wait', title: 'Signed in', text });
}

/** Consent was given and redeemed, and the connection is stored. */
export function makeConnectedPage(product: string): Page {
  const text = `postback is connected to ${product}. You can close this tab and return to your terminal.`;
  return makePage({ status: 200, mark: 'good', title: 'Connected', text });
}

/** Consent was denied. */
export function makeDeniedPage(product: string): Page {
  return makePage({
    status: 400,
    mark: 'bad',
    title: 'Consent was denied',
    text: `postback was not connected to ${product}, and nothing was stored.`,
    detail: 'To try again, run the command in your terminal again.',
  });
}

/** The login failed; `reason` is shown as plain text and holds no secret. */
export function makeFailedPage(product: string, reason: string): Page {
  return makePage({
    status: 400,
    mark: 'bad',
    title: 'Connection failed',
    text: `postback could not connect to ${product}. Your terminal shows what to do next.`,
    detail: reason,
  });
}

/**
 * A redirect that belongs to no login that is going on, or carries no code: the login still waits.
 */
export function makeStrayPage(): Page {
  return makePage({
    status: 400,
    mark: 'wait',
    title: 'This link is not from the current sign-in',
    text: 'The link is from an earlier attempt, or it is incomplete. Nothing has changed.',
    detail: 'Open the latest link that postback printed in your terminal. It is still waiting.',
  });
}

interface PageContent {
  status: number;
  mark: keyof typeof MARKS;
  title: string;
  text: string;
  detail?: string;
}

function makePage({ status, mark, title, text, detail }: PageContent): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · postback</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<div class="mark ${mark}"><svg viewBox="0 0 24 24" aria-hidden="true">${MARKS[mark]}</svg></div>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
${detail ? `<p class="detail">${escapeHtml(detail)}</p>\n` : ''}<footer>This page comes from <code>postback</code> on your own machine.</footer>
</main>
</body>
</html>
`;
  return { status, html };
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => names[character]!);
}
