import fc from '../../../kit/property.js';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src/errors.js';
import { findFaultProblem, type FaultRule } from '../../../../src/sandbox/faults/fault-rule.js';
import {
  describeFault,
  FAULT_FORMS,
  parseFault,
} from '../../../../src/sandbox/faults/fault-text.js';

describe('parseFault', () => {
  it.each<[string, FaultRule]>([
    ['429:0.1', { status: 429, rate: 0.1 }],
    ['500:5%', { status: 500, rate: 0.05 }],
    ['503', { status: 503 }],
    ['429:10%,retry-after=2', { status: 429, rate: 0.1, retryAfter: 2 }],
    ['429,retry-after-date=1.5,times=3', { status: 429, retryAfterDate: 1.5, times: 3 }],
    ['latency:100ms', { latencyMs: 100 }],
    ['latency:1.5s,rate=5%', { latencyMs: 1500, rate: 0.05 }],
    ['drop-before:5%', { drop: 'before', rate: 0.05 }],
    ['drop-after', { drop: 'after' }],
    ['code:60001', { code: 60001 }],
    ['code:40132,rate=10%,times=2', { code: 40132, rate: 0.1, times: 2 }],
    ['truncate:100%', { truncate: true, rate: 1 }],
    ['omit:1%', { omit: 1, rate: 0.01 }],
    ['omit:1,count=2,accepted=no', { omit: 2, rate: 1, omitAccepted: false }],
    ['expire,every=10', { expire: true, every: 10 }],
    [' revoke , after=2 ', { revoke: true, after: 2 }],
    [
      '500:10%,match=auth/o2/token,latency=20ms',
      { status: 500, rate: 0.1, match: 'auth/o2/token', latencyMs: 20 },
    ],
  ])('reads %s', (text, rule) => {
    expect(parseFault(text)).toEqual(rule);
  });

  it.each([
    '',
    '42',
    '200:5%',
    '600',
    '429:',
    '429:10',
    '429:101%',
    '429:-1%',
    '429:ten',
    '429,10%',
    '429,retry-after=soon',
    'latency',
    'latency:100',
    'latency:5%',
    'drop',
    'code',
    'code:',
    'code:0',
    'code:slow',
    'constructor',
    'omit,count=0',
    'omit,accepted=perhaps',
    '500,times=0',
    '500,every=1.5',
    '500,match=',
    '500,hasOwnProperty=1',
  ])('refuses %j and lists the forms', (text) => {
    const refusal = (() => {
      try {
        return parseFault(text);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(UsageError);
    expect(refusal).toMatchObject({
      code: 'bad_fault',
      hint: expect.stringContaining(FAULT_FORMS),
    });
  });

  it('never fails otherwise, and what it reads is a fault', () => {
    const piece = fc.constantFrom(
      '429',
      '500',
      'omit',
      'latency',
      ':',
      ',',
      '5%',
      '0.1',
      'times=2',
      'match=x',
      '1s',
      '',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(findFaultProblem(parseFault(text))).toBeUndefined();
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });

  it.each<[FaultRule, string]>([
    [{ status: 429, latencyMs: 5 }, '429'],
    [{ code: 60_001 }, 'code:60001'],
    [{ drop: 'after' }, 'drop-after'],
    [{ truncate: true }, 'truncate'],
    [{ omit: 2 }, 'omit'],
    [{ revoke: true }, 'revoke'],
    [{ expire: true }, 'expire'],
    [{ latencyMs: 5 }, 'latency'],
  ])('describes %j as %s', (rule, text) => {
    expect(describeFault(rule)).toBe(text);
  });
});

describe('findFaultProblem', () => {
  it.each<[unknown, string | undefined]>([
    [{ status: 429, retryAfter: 'Tue, 10 Mar 2026 12:00:00 GMT' }, undefined],
    [{ status: 503, rate: 0, after: 0 }, undefined],
    [{}, 'needs one of'],
    [{ rate: 0.5 }, 'needs one of'],
    [[], 'is an object'],
    [null, 'is an object'],
    [{ status: 429, retryAfter: 'a\r\nb' }, 'retryAfter must be'],
    [{ code: 60_001, times: 1 }, undefined],
    [{ code: 0 }, 'code must be'],
    [{ status: 429, code: 4 }, 'status or code, not both'],
    [{ status: 207 }, 'status must be'],
    [{ status: '429' }, 'status must be'],
    [{ truncate: 1 }, 'truncate must be'],
    [{ status: 429, chance: 1 }, 'no field "chance"'],
    [{ status: 429, toString: 1 }, 'no field "toString"'],
    [{ latencyMs: Infinity }, 'latencyMs must be'],
  ])('says of %j: %s', (value, words) => {
    const problem = findFaultProblem(value);
    if (words === undefined) expect(problem).toBeUndefined();
    else expect(problem).toContain(words);
  });
});

describe('answers that are given word for word', () => {
  it('terms: what Amazon would say, at events and audience records', () => {
    expect(parseFault('terms')).toMatchObject({
      status: 403,
      match: 'eventData|create/events|audiences/records',
    });
    expect(parseFault('terms').message).toMatch(/terms/);
  });

  it('words of an answer', () => {
    expect(parseFault('403,message=No agreement')).toEqual({
      status: 403,
      message: 'No agreement',
    });
  });

  it.each([
    [{ status: 200, body: { ok: true }, headers: { 'X-Usage': '{}' } }, undefined],
    [{ status: 200 }, /from 200 with body/],
    [{ status: 403, headers: { a: 1 } }, /header texts/],
    [{ body: 'x' }, /a fault needs one of/],
  ])('%j', (rule, problem) => {
    if (problem === undefined) expect(findFaultProblem(rule)).toBeUndefined();
    else expect(findFaultProblem(rule)).toMatch(problem);
  });
});
