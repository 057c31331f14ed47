import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CHROMIUM, findFaintText, hasBrowser, launchBrowser } from '../kit/browser.js';
import { ago, makeFile, makeLine, PURCHASE_GOAL, TestWorkspace } from '../kit/test-workspace.js';
import { runPostback } from '../kit/run.js';

if (!hasBrowser) console.warn(`report.test.ts is skipped: there is no ${CHROMIUM}.`);

let browser: Browser;
beforeAll(async () => {
  if (hasBrowser) browser = await launchBrowser();
});
afterAll(async () => {
  if (hasBrowser) await browser.close();
});

/** A report on deliveries, a failure, a wait for nobody, and skips. */
async function makeReport(): Promise<string> {
  const wrong = {
    ...PURCHASE_GOAL,
    id: 'wrong',
    name: 'Wrong',
    event: 'sign_up',
    map: { amazon: '777' },
  };
  const workspace = await TestWorkspace.create({ goals: [PURCHASE_GOAL, wrong] });
  const rest = [
    makeLine(50, { eventName: 'sign_up' }),
    makeLine(51, { eventTimestamp: ago(8 * 86_400_000) }),
    makeLine(52, { consentLevel: 'none' }),
  ];
  await workspace.send(`${makeFile(40)}${rest.join('\n')}\n`, 3);
  const out = join(workspace.cwd, 'report.html');
  expect((await workspace.run(['report', '--out', out])).code).toBe(0);
  return out;
}

interface Visit {
  page: Page;
  requests: string[];
  complaints: string[];
}

async function visit(file: string, scheme: 'light' | 'dark', width = 1000): Promise<Visit> {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height: 900 },
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(pathToFileURL(file).href);
  return { page, requests, complaints };
}

async function expectGoodPage({ page, requests, complaints }: Visit, file: string): Promise<void> {
  expect(complaints).toEqual([]);
  expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(file).href]);
  expect(await page.title()).toBe('Postback delivery: default');
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(await page.locator('h1').count()).toBe(1);
  expect(
    await page.locator('script, img, iframe, link[rel=stylesheet], [style], [onclick]').count(),
  ).toBe(0);
  expect(await findFaintText(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(
    true,
  );
  // A phone shows whole charts, and what to do about each reason, without scrolling sideways.
  const cut = `[...document.querySelectorAll('figure svg, .stacked td')]
    .filter((part) => part.getBoundingClientRect().right > window.innerWidth).length`;
  expect(await page.evaluate(cut)).toBe(0);
}

function readBackground(page: Page): Promise<number> {
  return page.evaluate(
    `getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]`,
  );
}

describe.skipIf(!hasBrowser)('the report', () => {
  test.each([
    ['light', 1000],
    ['dark', 1000],
    ['light', 380],
    ['dark', 380],
  ] as const)('is read in a %s browser of %i pixels', async (scheme, width) => {
    const file = await makeReport();
    const seen = await visit(file, scheme, width);
    await expectGoodPage(seen, file);
    expect((await readBackground(seen.page)) > 128).toBe(scheme === 'light');
    expect(await seen.page.locator('.verdict').textContent()).toMatch(
      /95\.23 % of conversions.*40 of 42/s,
    );
  });

  test('is read by a screen reader: pictures and tables have names, headings come in order', async () => {
    const file = await makeReport();
    const { page } = await visit(file, 'light');
    const charts = page.getByRole('img');
    expect(await charts.count()).toBe(3);
    expect(await page.getByRole('img', { name: /Conversions over time/ }).count()).toBe(1);
    expect(await page.getByRole('img', { name: /benchmark of 98 %/ }).count()).toBe(1);
    expect(await page.getByRole('img', { name: /Time from conversion to delivery/ }).count()).toBe(
      1,
    );
    for (const table of await page.locator('table').all()) {
      expect((await table.locator('caption').textContent())?.trim()).not.toBe('');
      expect(await table.locator('thead th:not([scope=col])').count()).toBe(0);
      expect(await table.locator('tbody tr').count()).toBe(
        await table.locator('tbody th[scope=row]').count(),
      );
    }
    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((all) => all.map(({ tagName }) => tagName));
    expect(levels[0]).toBe('H1');
    expect(new Set(levels.slice(1))).toEqual(new Set(['H2']));
  });

  test('is used with the keyboard: the numbers of the charts open with Enter', async () => {
    const file = await makeReport();
    const { page } = await visit(file, 'light');
    const numbers = page.getByRole('region', { name: /Conversions and delivery rate/ });
    expect(await numbers.isVisible()).toBe(false);
    for (let steps = 0; steps < 10; steps++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(`document.activeElement.tagName === 'SUMMARY'`)) break;
    }
    await page.keyboard.press('Enter');
    expect(await numbers.isVisible()).toBe(true);
    expect(await numbers.locator('tbody tr').last().textContent()).toMatch(
      /40\s*1\s*0\s*1\s*95\.23 %/,
    );
  });

  test('is printed dark on white, with all numbers', async () => {
    const file = await makeReport();
    const { page } = await visit(file, 'dark');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await readBackground(page)).toBe(255);
    expect(await findFaintText(page)).toEqual([]);
    expect(
      await page.evaluate(
        `document.querySelector('details table').checkVisibility({contentVisibilityAuto: true})`,
      ),
    ).toBe(true);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
  });

  test.each(['light', 'dark'] as const)(
    'says in a %s browser that there is nothing',
    async (scheme) => {
      const { home } = await runPostback(['report', '--out', 'empty.html']);
      const file = join(home, 'empty.html');
      const seen = await visit(file, scheme);
      await expectGoodPage(seen, file);
      expect(
        await seen.page.getByRole('heading', { name: 'No activity in this period' }).count(),
      ).toBe(1);
    },
  );
});
