import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { renderPage } from '../../../../src/report/page/page.js';
import { Aggregate } from '../../../../src/report/aggregate.js';

const HOUR_MS = 3_600_000;
const UNTIL_MS = Date.parse('2026-11-25T12:30:00Z');
const ADVICE = { skips: { too_old: 'send sooner' }, byKind: { payload: 'look at the event' } };

function makeAggregate(): Aggregate {
  const aggregate = new Aggregate({
    sinceMs: UNTIL_MS - 24 * HOUR_MS,
    untilMs: UNTIL_MS,
    nowMs: UNTIL_MS,
    networks: [],
    goals: [],
  });
  const at = { network: 'amazon', goal: 'first-purchase', atMs: UNTIL_MS - HOUR_MS };
  for (let number = 0; number < 97; number++) {
    aggregate.addDelivered({
      ...at,
      responseMs: number < 50 ? 5_000 : 400_000,
      value: '1234.56',
      currency: 'USD',
    });
  }
  aggregate.addDelivered({
    ...at,
    network: 'meta',
    responseMs: 90_000,
    value: '10',
    currency: 'USD',
  });
  aggregate.addDelivered({ ...at, responseMs: 90_000, value: '0.1', currency: 'EUR' });
  const words = { kind: 'payload', reason: 'BAD', message: '<img src=x onerror=alert(1)>' };
  aggregate.addWaiting({ ...at, state: 'failed', ...words, count: 2 });
  const lost = aggregate.addSkipped({ ...at, reason: 'too_old', eventId: 'e-1' });
  if (lost) aggregate.addLost(lost, at.atMs);
  return aggregate;
}

function render(aggregate = makeAggregate()): string {
  return renderPage({ workspace: 'my <game>', aggregate, advice: ADVICE, timeZone: 'UTC' });
}

/** Text of the page without markup. */
function read(page: string): string {
  const text = page.replace(/<style>[\s\S]*<\/style>/, '').replace(/<[^>]*>/g, ' ');
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');
}

test('says how it stands, in a sentence and in figures', () => {
  const text = read(render());
  expect(text).toContain(
    '97.05 % of conversions reached their network: 99 of 102. That is average; 98 % is good.',
  );
  expect(text).toMatch(/Accuracy 98\.01 % good/);
  expect(text).toMatch(/USD amazon 119,752\.32 97/);
  expect(text).toMatch(/Value reported 119,762\.32 USD, and one more currency below/);
  expect(text).toMatch(/EUR amazon 0\.10 1/);
  expect(text).toMatch(/less than 10 s 50 50\.5 % good/);
  expect(text).toMatch(/5 min to 15 min 47 47\.4 % worse than average/);
});

test('names what was not delivered with what to do, and what the network said as text', () => {
  const page = render();
  expect(read(page)).toMatch(/BAD 2 amazon look at the event The network said: <img src=x/);
  expect(read(page)).toMatch(/too_old 1 amazon send sooner/);
  expect(page).not.toContain('<img');
  expect(page).not.toContain('my <game>');
});

test('allows its own style and nothing else', () => {
  const page = render();
  const style = /<style>([\s\S]*)<\/style>/.exec(page)![1]!;
  const hash = createHash('sha256').update(style).digest('base64');
  expect(page).toContain(`style-src &#39;sha256-${hash}&#39;`);
  expect(page).toContain('default-src &#39;none&#39;');
  expect(page).not.toMatch(/<script|style=|https?:\/\/|@import|url\(/);
});

test('draws each chart as a picture with a name and a description, and no broken number', () => {
  const page = render();
  const charts = [...page.matchAll(/<svg[^>]*role="img"[^>]*aria-labelledby="([^"]+)"/g)].map(
    ([, ids]) => ids!,
  );
  expect(charts).toHaveLength(3);
  for (const id of charts.flatMap((ids) => ids.split(' '))) expect(page).toContain(`id="${id}"`);
  expect(page).not.toMatch(/NaN|undefined|null|Infinity/);
});

test('of nothing it says so, and has no empty chart', () => {
  const { filter } = makeAggregate();
  const page = render(new Aggregate(filter));
  expect(read(page)).toContain('No activity in this period');
  expect(page).not.toContain('<svg');
});

test('where everything was left out there is no rate, but reasons', () => {
  const aggregate = new Aggregate(makeAggregate().filter);
  aggregate.addSkipped({
    network: undefined,
    goal: undefined,
    atMs: UNTIL_MS,
    reason: 'organic',
    eventId: 'e',
  });
  const page = render(aggregate);
  expect(read(page)).toContain('There were no conversions to deliver in this period');
  expect(page).toContain('organic');
  expect(page).not.toMatch(/NaN|undefined/);
});

test('one conversion, and ten million, make a page alike', () => {
  const aggregate = new Aggregate(makeAggregate().filter);
  aggregate.addWaiting({
    network: 'x',
    goal: 'g',
    atMs: UNTIL_MS,
    state: 'pending',
    kind: 'transient',
    reason: 'http_503',
    message: undefined,
    count: 10_000_000,
  });
  expect(read(render(aggregate))).toContain('0 of 10,000,000');
  expect(render(aggregate)).not.toMatch(/NaN|undefined/);
});
