import { expect, test } from 'vitest';
import type { ExplainedGate } from '../../../src/delivery/explain-verdict.js';
import { judgeLine, judgeLogged, type JudgedPostback } from '../../../src/delivery/explain-verdict.js';

const passed: ExplainedGate = { gate: 'event', result: 'pass', saw: '', rule: '' };
const stopped: ExplainedGate = { gate: 'attribution', result: 'stop', reason: 'organic', saw: '', rule: '' };
const failed: JudgedPostback = { state: 'failed', reason: 'BAD_REQUEST' };
const pending: JudgedPostback = { state: 'pending', reason: 'HTTP_503' };
const delivered: JudgedPostback = { state: 'delivered', reason: null };
const skipped: JudgedPostback = { state: 'skipped', reason: 'too_old' };

test.each<[string, JudgedPostback[], object]>([
  ['nothing but a gate that stopped', [], { verdict: 'not_sent', reason: 'organic' }],
  ['delivered', [delivered], { verdict: 'sent' }],
  ['delivered and skipped', [skipped, delivered], { verdict: 'sent' }],
  ['one failed', [delivered, failed], { verdict: 'failed', reason: 'BAD_REQUEST' }],
  ['one waits', [delivered, failed, pending], { verdict: 'pending', reason: 'HTTP_503' }],
  ['all skipped', [skipped], { verdict: 'not_sent', reason: 'organic' }],
])('an event of the log: %s', (_name, postbacks, expected) => {
  expect(judgeLogged(postbacks, [passed, stopped])).toEqual(expected);
});

test.each<[string, number, JudgedPostback[], object]>([
  ['a postback would be sent', 1, [], { verdict: 'sent' }],
  ['a gate stops it', 0, [], { verdict: 'not_sent', reason: 'organic' }],
  ['it was delivered before', 0, [delivered], { verdict: 'sent', reason: 'duplicate' }],
  ['it failed before', 0, [failed], { verdict: 'failed', reason: 'duplicate' }],
])('a line: %s', (_name, planned, known, expected) => {
  expect(judgeLine(planned, [passed, stopped], known)).toEqual(expected);
});
