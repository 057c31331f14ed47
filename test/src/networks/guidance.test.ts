import { describe, expect, test } from 'vitest';
import type { HttpAnswer } from '../../../src/http/http.js';
import { classifyUpload } from '../../../src/networks/amazon/audience-answers.js';
import { classifyAnswer } from '../../../src/networks/amazon/classify.js';
import { fixOf, type Fix, type Refusal } from '../../../src/networks/fix.js';
import { describeRefusal } from '../../../src/networks/guidance.js';
import { classifyMetaAnswer } from '../../../src/networks/meta/classify.js';
import type { Verdict } from '../../../src/networks/network.js';
import { classifyTikTokAnswer } from '../../../src/networks/tiktok/classify.js';
import { classifyXAnswer } from '../../../src/networks/x/classify.js';
import { makeAnswer } from '../../kit/amazon.js';

const AT_MS = Date.parse('2026-11-30T18:00:00Z');

function describeVerdict(
  { outcomes: [outcome] }: Verdict,
  network: Refusal['network'],
  source?: string,
) {
  const { kind, reason, message } = outcome!;
  const said = message === undefined ? {} : { said: message };
  return describeRefusal(
    { network, account: '1', atMs: AT_MS, kind, reason, ...said, fix: fixOf(outcome!) },
    source,
  );
}

const TERMS_ANSWERS: [string, HttpAnswer][] = [
  [
    'CAPI v1, 403',
    makeAnswer(403, { requestId: 'r', message: 'Conversions API terms have not been accepted' }),
  ],
  [
    'an agreement',
    makeAnswer(403, { code: 'FORBIDDEN', message: 'Advertiser agreement is required' }),
  ],
  [
    'no word "terms"',
    makeAnswer(403, {
      message: 'The advertiser must first accept the Conversions API conditions.',
    }),
  ],
  ['a code alone', makeAnswer(403, { code: 'TERMS_NOT_ACCEPTED' })],
  [
    'in the parts',
    makeAnswer(403, { errors: [{ errorType: 'FORBIDDEN', message: 'ToS not signed' }] }),
  ],
  [
    'with 400',
    makeAnswer(400, { code: 'BAD_REQUEST', message: 'Terms and conditions not accepted' }),
  ],
  ['with 401', makeAnswer(401, { message: 'Unauthorized: terms of service were not accepted' })],
  ['capital Message', makeAnswer(403, { Message: 'Please accept the T&Cs' })],
];

describe('C5: Amazon terms that are not accepted', () => {
  const ways: [string, (answer: HttpAnswer) => Verdict, RegExp][] = [
    [
      'CAPI v1',
      (answer) => classifyAnswer(2, answer, 1),
      /Amazon DSP, Advertiser settings, Conversions API/,
    ],
    [
      'the Events API',
      (answer) => classifyAnswer(2, answer, 0),
      /Amazon DSP, Advertiser settings, Conversions API/,
    ],
    ['audience lists', (answer) => classifyUpload(2, answer), /Amazon Marketing Cloud/],
  ];
  const cases = ways.flatMap(([name, classify, place]) =>
    TERMS_ANSWERS.map(([form, answer]) => ({ name, classify, place, form, answer })),
  );

  test.each(cases)(
    '$name, $form: says where to accept them, and nothing of a grant',
    ({ classify, place, answer }) => {
      const verdict = classify(answer);
      expect(verdict.outcomes).toHaveLength(2);
      expect(verdict.outcomes[0]).toMatchObject({
        kind: 'credential',
        reason: 'terms_not_accepted',
      });
      expect(verdict.split).toBeUndefined();
      for (const source of ['store', 'environment', 'sandbox']) {
        const { problem, action, next } = describeVerdict(verdict, 'amazon', source);
        expect(action).toMatch(place);
        expect(next).toBe('postback replay --state pending --all');
        expect(`${problem} ${action} ${next}`).not.toMatch(/connect|grant|revoked|credential/i);
      }
    },
  );

  test.each([
    [403, { message: 'The caller is not authorized to make the given request.' }, 'permission'],
    [403, { message: 'Not authorized to access scope' }, 'permission'],
    [401, { message: 'Unauthorized' }, 'reconnect'],
    [415, { message: 'Unsupported Media Type' }, 'report'],
    [404, { message: 'The requested resource was not found.' }, 'check'],
    [400, { message: 'conversionDefinitionId 1 does not exist' }, 'map'],
  ])('another refusal stays what it is: %d %j', (status, body, by) => {
    const [outcome] = classifyAnswer(1, makeAnswer(status, body), 1).outcomes;
    expect(outcome?.reason).not.toBe('terms_not_accepted');
    expect(fixOf(outcome!).by).toBe(by);
  });

  test('an ordinary payload error that speaks of acceptance is not about terms', () => {
    const [outcome] = classifyAnswer(
      1,
      makeAnswer(400, { message: 'GEM is not accepted as a currency' }),
      1,
    ).outcomes;
    expect(outcome?.kind).toBe('payload');
  });

  test('an upload that lacks the scope says how to get it', () => {
    const verdict = classifyUpload(
      1,
      makeAnswer(403, { message: 'The access token lacks the scope' }),
    );
    expect(describeVerdict(verdict, 'amazon').next).toBe('postback connect amazon --audiences');
  });
});

describe('a grant that is valid and may not do this', () => {
  const permission = {
    code: 40001,
    message: 'No permission to operate pixel C4A7',
    request_id: '1',
  };
  test.each<[string, Refusal['network'], Verdict, string]>([
    [
      'tiktok',
      'tiktok',
      classifyTikTokAnswer(1, makeAnswer(200, permission)),
      'No permission to operate pixel C4A7',
    ],
    [
      'meta',
      'meta',
      classifyMetaAnswer(
        1,
        makeAnswer(403, { error: { code: 200, message: '(#200) Permissions error' } }),
      ),
      '(#200) Permissions error',
    ],
    [
      'x',
      'x',
      classifyXAnswer(1, makeAnswer(403, { errors: [{ code: 'X', message: 'no ad access' }] })),
      'no ad access',
    ],
  ])("%s: the network's own words, and no reconnecting", (_name, network, verdict, words) => {
    const { problem, action, next } = describeVerdict(verdict, network);
    expect(problem).toContain(words);
    expect(`${action} ${next}`).not.toMatch(/connect/i);
  });
});

describe('every fix', () => {
  const FIXES: Fix[] = [
    { by: 'reconnect' },
    { by: 'permission' },
    { by: 'map' },
    { by: 'wait', untilMs: AT_MS + 720_000 },
    { by: 'shared_cause' },
    { by: 'report' },
    { by: 'check' },
    { by: 'nothing' },
  ];

  test.each(FIXES)('$by: a problem, an action and a command', (fix) => {
    const refusal = {
      network: 'meta',
      account: '1',
      atMs: AT_MS,
      kind: 'credential',
      reason: 'r',
      said: 'words.',
      fix,
    } as const;
    const { problem, action, next } = describeRefusal(refusal);
    expect(problem).toMatch(/^Meta.*words\.$/);
    expect(action).toMatch(/\.$/);
    expect(next).toMatch(/^postback [a-z]/);
  });

  test('a wait says how long and until when', () => {
    const fix: Fix = { by: 'wait', untilMs: AT_MS + 720_000 };
    const { problem, action } = describeRefusal({
      network: 'meta',
      account: '1',
      atMs: AT_MS,
      kind: 'throttled',
      reason: '4',
      fix,
    });
    expect(problem).toContain('12 minutes');
    expect(action).toContain('2026-11-30T18:12:00Z');
  });

  test('a grant of variables is renewed there', () => {
    const refusal = {
      network: 'x',
      account: '1',
      atMs: 0,
      kind: 'credential',
      reason: 'r',
      fix: { by: 'reconnect' },
    } as const;
    expect(describeRefusal(refusal, 'environment')).toMatchObject({ next: 'postback doctor' });
    expect(describeRefusal(refusal, 'environment').action).toContain('POSTBACK_X_*');
    expect(describeRefusal(refusal)).toMatchObject({ next: 'postback connect x' });
  });
});
