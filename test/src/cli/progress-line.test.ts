import { describe, expect, test } from 'vitest';
import { ProgressLine } from '../../../src/cli/progress-line.js';
import { Tally } from '../../../src/delivery/tally.js';

/** A summary with some lines read and some postbacks delivered. */
function makeSummary(lines: number, delivered: number) {
  const tally = new Tally({ run: 'r', command: 'send', workspace: 'game' });
  tally.summary.lines = lines;
  tally.plan('amazon', delivered);
  tally.deliver('amazon', delivered);
  return tally.summary;
}

describe('the progress of a run', () => {
  test('48: shows share, rate and time left where the size of the input is known', () => {
    const line = new ProgressLine();
    line.note({ type: 'read', share: 0 }, 0);
    line.note({ type: 'progress', summary: makeSummary(8000, 4100) }, 2000);
    line.note({ type: 'read', share: 0.25 }, 2000);
    expect(line.text(2000)).toBe(
      '8,000 lines: 4,100 delivered, 0 failed, 0 pending, 0 skipped · 25 %, 4,000 lines/s, 6 s left',
    );
  });

  test('48: shows no share and no time left of a stream', () => {
    const line = new ProgressLine();
    line.note({ type: 'progress', summary: makeSummary(1, 0) }, 0);
    expect(line.text(10_000)).toBe(
      '1 line: 0 delivered, 0 failed, 0 pending, 0 skipped · 0 lines/s',
    );
  });

  test('48: counts postbacks where their total is known, and long waits in minutes', () => {
    const line = new ProgressLine();
    line.note({ type: 'progress', summary: makeSummary(0, 100) }, 0);
    expect(line.text(10_000, 10_000)).toBe(
      '100 delivered, 0 failed, 0 pending, 0 skipped · 1 %, 10/s, 17 min left',
    );
  });

  test.each([
    ['throttled', 'amazon asks to wait 12 seconds'],
    ['failing', 'amazon keeps failing; trying again in 12 seconds'],
    ['retry', 'trying amazon again in 12 seconds'],
    ['pace', 'held by the pace of amazon (--rate)'],
  ] as const)('47: names what it waits for: %s', (cause, words) => {
    const line = new ProgressLine();
    expect(line.note({ type: 'wait', network: 'amazon', cause, untilMs: 12_000 }, 0)).toBe(true);
    expect([line.findWait(0), line.findWait(12_000)]).toEqual([words, undefined]);
    expect(line.text(0)).toBe(words);
  });

  test('47: names the most serious of several causes, and counts down', () => {
    const line = new ProgressLine();
    line.note({ type: 'wait', network: 'amazon', cause: 'pace', untilMs: 60_000 }, 0);
    line.note({ type: 'wait', network: 'meta', cause: 'throttled', untilMs: 5_000 }, 0);
    line.note({ type: 'wait', network: 'meta', cause: 'throttled', untilMs: 2_000 }, 0);
    expect(line.findWait(4_100)).toBe('meta asks to wait 1 second');
    expect(line.findWait(5_000)).toBe('held by the pace of amazon (--rate)');
  });
});
