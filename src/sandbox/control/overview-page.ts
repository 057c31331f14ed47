import { describeFault } from '../faults/fault-text.js';
import { escapeHtml, renderPage, renderTable } from '../page.js';
import type { ControlParts } from './control-parts.js';

const ROWS_SHOWN = 100;

/** The page at `/_sandbox/`: what the sandbox accepted, what it was asked and how it misbehaves. */
export function renderOverview({
  conversions,
  audiences,
  requests,
  faults,
  hosts,
}: ControlParts): string {
  const kept = conversions.list();
  const lists = audiences.list();
  const body = [
    '<h1>postback sandbox</h1>',
    '<p class="note">A local sandbox. Nothing here reaches an ad network.</p>',
    renderTiles([
      [conversions.count, 'conversions'],
      [conversions.received - conversions.count, 'duplicates removed'],
      [requests.total, 'requests'],
      [faults.list().reduce((sum, { fired }) => sum + fired, 0), 'faults applied'],
    ]),
    card(
      'Accepted conversions',
      renderTable(
        [
          'Network',
          'API',
          'Account',
          'Booked on',
          'Dedupe id',
          'Received',
          'Last (UTC)',
          'Not counted',
        ],
        kept
          .slice(-ROWS_SHOWN)
          .reverse()
          .map((row) => [
            row.network,
            row.api,
            row.account,
            row.target,
            row.dedupeId ?? '',
            row.received,
            row.lastReceivedAt.slice(11, 19),
            row.excluded ?? '',
          ]),
      ),
      kept.length > ROWS_SHOWN
        ? `The newest ${ROWS_SHOWN} of ${kept.length}; all of them: `
        : 'As JSON: ',
      'conversions',
    ),
    card(
      'Audience lists',
      renderTable(
        ['Network', 'Id', 'Name', 'Region', 'Members', 'Records'],
        lists.map((list) => [
          list.network,
          list.id,
          list.name,
          list.region,
          list.members.length,
          list.received,
        ]),
      ),
      'As JSON; with ?id= its members too: ',
      'audiences',
    ),
    card(
      'Requests',
      renderTable(
        ['Method', 'Host', 'Path', 'Status', 'Count'],
        requests
          .counts()
          .map((row) => [row.method, row.host, row.path, row.status || 'dropped', row.count]),
      ),
      'As JSON, with the last ones: ',
      'requests',
    ),
    card(
      'Faults',
      renderTable(
        ['Fault', 'Rule', 'Seen', 'Applied'],
        faults
          .list()
          .map(({ rule, seen, fired }) => [describeFault(rule), JSON.stringify(rule), seen, fired]),
      ),
      `Seed ${faults.seed}. As JSON: `,
      'faults',
    ),
    card(
      'Hosts imitated',
      `<p>${hosts.map((host) => `<code>${escapeHtml(host)}</code>`).join(' ')}</p>`,
    ),
  ];
  return renderPage('postback sandbox', body.join('\n'), 'wide');
}

function renderTiles(tiles: readonly (readonly [number, string])[]): string {
  const rendered = tiles.map(
    ([count, label]) => `<div class="tile"><b>${count}</b><span class="soft">${label}</span></div>`,
  );
  return `<div class="tiles">${rendered.join('')}</div>`;
}

function card(title: string, html: string, words = '', path = ''): string {
  const link =
    path &&
    `<p class="soft">${escapeHtml(words)}<a href="${path}"><code>/_sandbox/${path}</code></a></p>`;
  return `<section class="card"><h2>${escapeHtml(title)}</h2>${html}${link}</section>`;
}
