import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  makeConnectedPage,
  makeDeniedPage,
  makeFailedPage,
  makeStrayPage,
  PAGE_HEADERS,
} from '../../../src/oauth/pages.js';

const hostile = '<img src=https://evil.example onerror="alert(1)">\'&';

describe.each([
  ['connected', makeConnectedPage(hostile), 200],
  ['denied', makeDeniedPage(hostile), 400],
  ['failed', makeFailedPage('Amazon Ads', hostile), 400],
  ['stray', makeStrayPage(), 400],
])('the %s page', (name, page, status) => {
  test('is self-contained: no script, no handler, no address', () => {
    expect(page.status).toBe(status);
    expect(page.html).not.toMatch(/<script|<img|<iframe|<form|javascript:|@import|url\(/i);
    expect(page.html.replaceAll(/&[a-z#0-9]+;[^<]*/g, '')).not.toMatch(/https?:|\bon\w+=/i);
  });

  test('says what it is to every reader', () => {
    expect(page.html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page.html).toMatch(/<title>[^<]+ · postback<\/title>/);
    expect(page.html).toMatch(/<main>[\s\S]*<h1>[^<]+<\/h1>[\s\S]*<\/main>/);
    expect(page.html).toContain('prefers-color-scheme:dark');
    expect(page.html).toContain('aria-hidden="true"');
  });

  test('shows foreign text as text', () => {
    const escaped = '&lt;img src=https://evil.example onerror=&quot;alert(1)&quot;&gt;&#39;&amp;';
    expect(page.html.includes(escaped)).toBe(name !== 'stray');
    expect(page.html).not.toContain('<img');
  });

  test('is allowed its own style and nothing else', () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(page.html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(PAGE_HEADERS['content-security-policy']).toContain(
      `default-src 'none'; style-src 'sha256-${hash}';`,
    );
  });

  test.each(['light', 'dark'])('has text that stands out in the %s scheme', (scheme) => {
    const blocks = page.html.match(/:root\{[^}]*\}/g) ?? [];
    const colors = Object.fromEntries(
      [...(blocks[scheme === 'light' ? 0 : 1] ?? '').matchAll(/--([a-z-]+):(#[0-9a-f]+)/g)].map(
        (m) => [m[1], m[2]!],
      ),
    ) as Record<string, string>;
    const pairs = [
      ['ink', 'card'],
      ['soft', 'card'],
      ['good', 'good-bg'],
      ['bad', 'bad-bg'],
      ['wait', 'wait-bg'],
    ] as const;
    // WCAG 2.2, 1.4.3: 4.5 to 1 for text.
    for (const [front, back] of pairs)
      expect(contrast(colors[front]!, colors[back]!)).toBeGreaterThan(4.5);
  });
});

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const hex = color.length === 4 ? color.replace(/[0-9a-f]/g, '$&$&') : color;
  const [red, green, blue] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
