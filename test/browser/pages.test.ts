import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } from '../../src/sandbox/amazon/seed.js';
import { CHROMIUM, findFaintText, hasBrowser, launchBrowser } from '../kit/browser.js';
import { openLiveSandbox } from '../kit/test-workspace.js';
import { type RunningPostback, spawnPostback } from '../kit/run.js';

const CALLBACK = /^http:\/\/localhost:18803\/callback/;

if (!hasBrowser) console.warn(`pages.test.ts is skipped: there is no ${CHROMIUM}.`);

let browser: Browser;
beforeAll(async () => {
  if (hasBrowser) browser = await launchBrowser();
});
afterAll(async () => {
  if (hasBrowser) await browser.close();
});

interface Visit extends RunningPostback {
  page: Page;
  /** Addresses that the browser asked for, but for the pages themselves. */
  extra: string[];
}

/** Starts a login and opens its printed address in a browser of that colour scheme. */
async function startVisit(
  scheme: 'light' | 'dark',
  env: NodeJS.ProcessEnv = {},
  width = 900,
): Promise<Visit> {
  const sandbox = await openLiveSandbox();
  const client = {
    POSTBACK_AMAZON_CLIENT_ID: SANDBOX_CLIENT_ID,
    POSTBACK_AMAZON_CLIENT_SECRET: SANDBOX_CLIENT_SECRET,
  };
  const running = await spawnPostback(
    ['connect', 'amazon', '--no-browser', '--json', '--port', '18803'],
    {
      env: { ...client, POSTBACK_GATEWAY: sandbox.url, ...env },
    },
  );
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height: 800 },
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const extra: string[] = [];
  page.on('request', (request) => {
    if (!request.isNavigationRequest()) extra.push(request.url());
  });
  const [, url] = await running.waitFor('stderr', /^(http\S+)\n/m);
  await page.goto(url!);
  return { ...running, page, extra };
}

/** What holds for every page that a login shows. */
async function expectGoodPage({ page, extra }: Visit, title: RegExp): Promise<void> {
  expect(await page.title()).toMatch(title);
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(await page.locator('h1').count()).toBe(1);
  expect(
    await page.locator('script, [onclick], [onload], link[rel=stylesheet], img, iframe').count(),
  ).toBe(0);
  const html = await page.content();
  expect(html).not.toMatch(/Atz[ar]\||sandbox-secret|\/\/(?:cdn|fonts)\./);
  expect(extra.filter((url) => !url.startsWith('data:'))).toEqual([]);
  expect(await findFaintText(page)).toEqual([]);
  // Nothing is cut off to the right, on a phone either.
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(
    true,
  );
}

async function readBackground(page: Page): Promise<number> {
  return page.evaluate(
    `getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]`,
  );
}

const SCHEMES = ['light', 'dark'] as const;

describe.skipIf(!hasBrowser).each(SCHEMES)('in a %s browser', (scheme) => {
  test('consent is asked for, given, and the connected page ends the command', async () => {
    const visit = await startVisit(scheme);
    const { page, finished } = visit;
    await expectGoodPage(visit, /Amazon.*sandbox/);
    expect(await page.textContent('body')).toMatch(/not Amazon/);
    expect((await readBackground(page)) > 128).toBe(scheme === 'light');
    // The choice is in sight on a small laptop, however many users there are.
    await page.setViewportSize({ width: 900, height: 600 });
    const bottom = `document.querySelector('button[value=allow]').getBoundingClientRect().bottom`;
    expect(await page.evaluate(bottom)).toBeLessThan(600);
    await page.check('input[value=eu]');
    await page.click('button[value=allow]');
    await page.waitForURL(CALLBACK);
    await expectGoodPage(visit, /^Connected/);
    expect((await readBackground(page)) > 128).toBe(scheme === 'light');
    expect(await page.textContent('main')).toMatch(/close this tab/);
    const { code, stdout, stderr } = await finished;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ region: 'eu' });
  });

  test('consent is denied', async () => {
    const visit = await startVisit(scheme);
    await visit.page.click('button[value=deny]');
    await visit.page.waitForURL(CALLBACK);
    await expectGoodPage(visit, /^Consent was denied/);
    expect((await visit.finished).code).toBe(4);
  });

  test('the code cannot be redeemed: the page says why, on a phone too', async () => {
    const visit = await startVisit(scheme, { POSTBACK_AMAZON_CLIENT_SECRET: 'wrong-secret' }, 380);
    await expectGoodPage(visit, /Amazon/);
    await visit.page.click('button[value=allow]');
    await visit.page.waitForURL(CALLBACK);
    await expectGoodPage(visit, /^Connection failed/);
    expect(await visit.page.textContent('main')).toMatch(/client id or its secret/);
    const { code, stderr } = await visit.finished;
    expect(code, stderr).toBe(4);
    expect(stderr).not.toContain('wrong-secret');
  });

  test('a link from another attempt changes nothing; the login still waits', async () => {
    const visit = await startVisit(scheme);
    const consent = visit.page.url();
    const stray = await visit.page.goto('http://localhost:18803/callback?code=x&state=y');
    expect(stray!.status()).toBe(400);
    await expectGoodPage(visit, /^This link is not from the current sign-in/);
    await visit.page.goto(consent);
    await visit.page.click('button[value=allow]');
    await visit.page.waitForURL(CALLBACK);
    expect((await visit.finished).code).toBe(0);
  });
});

test.skipIf(!hasBrowser)(
  'an address that is not registered is a dead end, and says so',
  async () => {
    const sandbox = await openLiveSandbox();
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(`${sandbox.url}/www.amazon.com/ap/oa?client_id=nobody`);
    expect(await page.textContent('main')).toMatch(/unknown client/i);
    await page.goto(`${sandbox.url}/_sandbox/`);
    expect(await page.title()).toMatch(/sandbox/);
    expect(await findFaintText(page)).toEqual([]);
  },
);
