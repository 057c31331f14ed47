import { expect, test } from 'vitest';
import type { ExplainedGate } from '../../../src/delivery/explain-verdict.js';
import {
  evaluateLine,
  evaluateLogged,
  type EvaluatedPostback,
} from '../../../src/delivery/explain-verdict.js';

const passed: ExplainedGate = { gate: 'event', result: 'pass', saw: '', rule: '', source: '' };
const stopped: ExplainedGate = {
  gate: 'attribution',
  result: 'stop',
  reason: 'organic',
  saw: '',
  rule: '',
  source: '',
};
const failed: EvaluatedPostback = { state: 'failed', reason: 'BAD_REQUEST' };
const pending: EvaluatedPostback = { state: 'pending', reason: 'HTTP_503' };
const delivered: EvaluatedPostback = { state: 'delivered', reason: null };
const skipped: EvaluatedPostback = { state: 'skipped', reason: 'too_old' };

test.each<[string, EvaluatedPostback[], object]>([
  ['nothing but a gate that stopped', [], { verdict: 'not_sent', reason: 'organic' }],
  ['delivered', [delivered], { verdict: 'sent' }],
  ['delivered and skipped', [skipped, delivered], { verdict: 'sent' }],
  ['one failed', [delivered, failed], { verdict: 'failed', reason: 'BAD_REQUEST' }],
  ['one waits', [delivered, failed, pending], { verdict: 'pending', reason: 'HTTP_503' }],
  ['all skipped', [skipped], { verdict: 'not_sent', reason: 'organic' }],
])('an event of the log: %s', (_name, postbacks, expected) => {
  expect(evaluateLogged(postbacks, [passed, stopped])).toEqual(expected);
});

test.each<[string, number, EvaluatedPostback[], object]>([
  ['a postback would be sent', 1, [], { verdict: 'sent' }],
  ['a gate stops it', 0, [], { verdict: 'not_sent', reason: 'organic' }],
  ['it was delivered before', 0, [delivered], { verdict: 'sent', reason: 'duplicate' }],
  ['it failed before', 0, [failed], { verdict: 'failed', reason: 'duplicate' }],
])('a line: %s', (_name, planned, known, expected) => {
  expect(evaluateLine(planned, [passed, stopped], known)).toEqual(expected);
});
