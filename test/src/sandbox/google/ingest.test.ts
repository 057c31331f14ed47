import { describe, expect, test } from 'vitest';
import {
  SANDBOX_GOOGLE_CLIENT_SECRET,
  SANDBOX_GOOGLE_CUSTOMER,
  SANDBOX_GOOGLE_MANAGED_CUSTOMER,
  SANDBOX_GOOGLE_MANAGER,
} from '../../../../src/sandbox/google/seed.js';
import { openSandbox, sha256, type Answer } from '../test-sandbox.js';
import {
  ACTION,
  googleToken,
  ingest,
  makeBody,
  makeDestination,
  makeEvent,
  refreshGoogle,
  retrieve,
} from './calls.js';

/** `field reason` of each complaint. */
function violationsOf(body: Answer): string[] {
  const details = body.error.details as {
    fieldViolations?: { field: string; reason?: string }[];
  }[];
  return details.flatMap(({ fieldViolations = [] }) =>
    fieldViolations.map(({ field, reason }) => `${field} ${reason}`),
  );
}

async function complaints(body: object): Promise<string[]> {
  const [status, answer] = await ingest(await openSandbox(), body);
  expect(status).toBe(400);
  expect(answer.error.status).toBe('INVALID_ARGUMENT');
  return violationsOf(answer);
}

const email = { emailAddress: sha256('test@example.com') };
const identify = (...userIdentifiers: object[]): object => ({
  adIdentifiers: {},
  userData: { userIdentifiers },
});

describe('google: one bad event refuses the whole request, by its path', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'no time',
      { eventTimestamp: undefined },
      'events.events[1].event_timestamp REQUIRED_FIELD_MISSING',
    ],
    [
      'no event source',
      { eventSource: undefined },
      'events.events[1].event_source REQUIRED_FIELD_MISSING',
    ],
    [
      'an event source that is not told',
      { eventSource: 'EVENT_SOURCE_UNSPECIFIED' },
      'events.events[1].event_source REQUIRED_FIELD_MISSING',
    ],
    [
      'no transaction id',
      { transactionId: '' },
      'events.events[1].transaction_id REQUIRED_FIELD_MISSING',
    ],
    [
      'the future',
      { eventTimestamp: '2026-03-10T12:05:01Z' },
      'events.events[1].event_timestamp EVENT_TIME_INVALID',
    ],
    ['no identifier', { adIdentifiers: {} }, 'events.events[1] NO_IDENTIFIERS_PROVIDED'],
    [
      'both braids',
      { adIdentifiers: { gbraid: 'a', wbraid: 'b' } },
      'events.events[1].ad_identifiers INVALID_EVENT',
    ],
    [
      'a dclid',
      { adIdentifiers: { dclid: 'a' } },
      'events.events[1].ad_identifiers.dclid INVALID_AD_IDENTIFIER_FOR_ACCOUNT',
    ],
    [
      'plain e-mail',
      identify({ emailAddress: 'a@example.com' }) as Record<string, unknown>,
      'events.events[1].user_data.user_identifiers[0].email_address INVALID_HEX_ENCODING',
    ],
    [
      'a hash that is too short',
      identify({ emailAddress: 'ab12' }) as Record<string, unknown>,
      'events.events[1].user_data.user_identifiers[0].email_address INVALID_SHA256_FORMAT',
    ],
    [
      'hash of nothing',
      identify({ phoneNumber: sha256('') }) as Record<string, unknown>,
      'events.events[1].user_data.user_identifiers[0].phone_number INVALID_SHA256_FORMAT',
    ],
    [
      'two in one',
      identify({ ...email, phoneNumber: sha256('+1') }) as Record<string, unknown>,
      'events.events[1].user_data.user_identifiers[0] INVALID_FORMAT',
    ],
    [
      'eleven',
      identify(...Array.from({ length: 11 }, () => email)) as Record<string, unknown>,
      'events.events[1].user_data.user_identifiers TOO_MANY_USER_IDENTIFIERS',
    ],
    [
      'currency',
      { conversionValue: 1, currency: 'ABC' },
      'events.events[1].currency INVALID_CURRENCY_CODE',
    ],
    ['no currency', { conversionValue: 1 }, 'events.events[1].currency REQUIRED_FIELD_MISSING'],
    [
      'a destination that nobody named',
      { destinationReferences: ['x'] },
      'events.events[1].destination_references[0] INVALID_DESTINATION',
    ],
    ['a field that is none', { value: 1 }, 'events[1] undefined'],
    ['a time that is none', { eventTimestamp: '10 March' }, 'events[1].event_timestamp undefined'],
    ['a source that is none', { eventSource: 'website' }, 'events[1].event_source undefined'],
    [
      'a consent that is none',
      { consent: { adUserData: 'GRANTED' } },
      'events[1].consent.ad_user_data undefined',
    ],
    [
      'a number that is none',
      { conversionValue: 'much', currency: 'USD' },
      'events[1].conversion_value undefined',
    ],
  ])('%s', async (_name, changes, expected) => {
    const sandbox = await openSandbox();
    const [status, answer] = await ingest(
      sandbox,
      makeBody([makeEvent(), makeEvent({ transactionId: 'T-2', ...changes })]),
    );
    expect(status).toBe(400);
    expect(violationsOf(answer)).toEqual([expected]);
    expect(sandbox.state.conversions()).toEqual([]);
  });
});

describe('google: the request itself', () => {
  const destination = (changes: Record<string, unknown>): object =>
    makeBody(undefined, { destinations: [makeDestination(changes)] });

  test.each<[string, object, string]>([
    [
      'no destination',
      makeBody(undefined, { destinations: [] }),
      'destinations REQUIRED_FIELD_MISSING',
    ],
    [
      'eleven destinations',
      makeBody(undefined, { destinations: Array.from({ length: 11 }, () => makeDestination()) }),
      'destinations TOO_MANY_DESTINATIONS',
    ],
    [
      'one reference twice',
      makeBody(undefined, {
        destinations: [makeDestination({ reference: 'a' }), makeDestination({ reference: 'a' })],
      }),
      'destinations DUPLICATE_DESTINATION_REFERENCE',
    ],
    [
      'dashes',
      destination({ operatingAccount: { accountType: 'GOOGLE_ADS', accountId: '123-456-7890' } }),
      'destinations.destinations[0].operating_account.account_id INVALID_NUMBER_FORMAT',
    ],
    [
      'a resource name',
      destination({ productDestinationId: 'customers/1/conversionActions/2' }),
      'destinations.destinations[0].product_destination_id INVALID_NUMBER_FORMAT',
    ],
    [
      'no account',
      destination({ operatingAccount: undefined }),
      'destinations.destinations[0].operating_account.account_id REQUIRED_FIELD_MISSING',
    ],
    [
      'an action that does not exist',
      destination({ productDestinationId: '404404' }),
      'destinations.destinations[0].product_destination_id INVALID_CONVERSION_ACTION_ID',
    ],
    [
      'of another type',
      destination({ productDestinationId: '415000001' }),
      'destinations.destinations[0].product_destination_id INVALID_CONVERSION_ACTION_TYPE',
    ],
    [
      'made too recently',
      destination({ productDestinationId: '425000001' }),
      'destinations.destinations[0].product_destination_id CONVERSION_ACTION_TOO_RECENTLY_CREATED',
    ],
    [
      'enhanced conversions not turned on',
      makeBody([makeEvent(identify(email) as Record<string, unknown>)], {
        destinations: [makeDestination({ productDestinationId: '403000001' })],
      }),
      'events.events[0].destination_references[0] DESTINATION_ACCOUNT_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS',
    ],
    [
      'dashes in the login account',
      destination({ loginAccount: { accountType: 'GOOGLE_ADS', accountId: '111-222-3333' } }),
      'destinations.destinations[0].login_account.account_id INVALID_NUMBER_FORMAT',
    ],
    [
      'no conversion action',
      destination({ productDestinationId: '' }),
      'destinations.destinations[0].product_destination_id REQUIRED_FIELD_MISSING',
    ],
    [
      'an account type that is not known',
      destination({ operatingAccount: { accountType: 'ADS', accountId: '1234567890' } }),
      'destinations[0].operating_account.account_type undefined',
    ],
    [
      'an encoding that is not known',
      makeBody(undefined, { encoding: 'hex' }),
      'encoding undefined',
    ],
    ['no event', makeBody([]), 'events REQUIRED_FIELD_MISSING'],
    [
      'too many events',
      makeBody(Array.from({ length: 2001 }, () => makeEvent())),
      'events TOO_MANY_EVENTS',
    ],
    [
      'no encoding',
      makeBody([makeEvent(identify(email) as Record<string, unknown>)], { encoding: undefined }),
      'encoding REQUIRED_FIELD_MISSING',
    ],
    ['a field that is none', makeBody(undefined, { partialFailure: true }), ' undefined'],
  ])('%s', async (_name, body, expected) => {
    expect(await complaints(body)).toEqual([expected]);
  });

  test('no JSON', async () => {
    const [status, answer] = await ingest(await openSandbox(), '{"events":');
    expect([status, answer.error.message]).toEqual([
      400,
      expect.stringContaining('Invalid JSON payload'),
    ]);
  });

  test('clicks alone are taken where enhanced conversions are not turned on', async () => {
    const body = makeBody(undefined, {
      destinations: [makeDestination({ productDestinationId: '403000001' })],
    });
    expect((await ingest(await openSandbox(), body))[0]).toBe(200);
  });

  test('validateOnly checks and keeps nothing; its id cannot be asked after', async () => {
    const sandbox = await openSandbox();
    const [status, { requestId }] = await ingest(
      sandbox,
      makeBody(undefined, { validateOnly: true }),
    );
    expect([status, requestId]).toEqual([200, expect.stringMatching(/^v-/)]);
    expect(sandbox.state.conversions()).toEqual([]);
    const [refused, answer] = await retrieve(sandbox, requestId);
    expect([refused, violationsOf(answer)]).toEqual([400, ['request_id INVALID_REQUEST_ID']]);
  });
});

describe('who may send', () => {
  test('no token, a wrong one, one that has ended', async () => {
    const sandbox = await openSandbox();
    const token = await googleToken(sandbox);
    expect((await ingest(sandbox, makeBody(), 'ya29.wrong'))[0]).toBe(401);
    sandbox.clock.nowMs += 3600_000;
    const [status, answer] = await ingest(sandbox, makeBody(), token);
    expect([status, answer.error.status]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test.each([
    [
      'another customer',
      { operatingAccount: { accountType: 'GOOGLE_ADS', accountId: '9999999999' } },
      'one',
      403,
    ],
    ['its own', {}, 'one', 200],
    [
      'without the manager',
      {
        operatingAccount: { accountType: 'GOOGLE_ADS', accountId: SANDBOX_GOOGLE_MANAGED_CUSTOMER },
      },
      'manager',
      403,
    ],
    [
      'through the manager',
      {
        operatingAccount: { accountType: 'GOOGLE_ADS', accountId: SANDBOX_GOOGLE_MANAGED_CUSTOMER },
        loginAccount: { accountType: 'GOOGLE_ADS', accountId: SANDBOX_GOOGLE_MANAGER },
      },
      'manager',
      200,
    ],
    ['nobody', {}, 'none', 403],
  ])('%s', async (_name, changes, user, expected) => {
    const sandbox = await openSandbox();
    const body = makeBody(undefined, { destinations: [makeDestination(changes)] });
    expect((await ingest(sandbox, body, await googleToken(sandbox, user)))[0]).toBe(expected);
  });
});

describe('afterwards', () => {
  test('nothing is known before the while has passed, then counts and positions per reason', async () => {
    const sandbox = await openSandbox({ processingMs: 60_000 });
    const events = [
      makeEvent(),
      makeEvent({ transactionId: 'T-2', adIdentifiers: { gclid: 'invalid-1' } }),
      makeEvent({ transactionId: 'T-3', adIdentifiers: { wbraid: 'invalid-2' } }),
      makeEvent({ transactionId: 'T-4', eventTimestamp: '2025-12-10T11:59:59Z' }),
      makeEvent({ transactionId: 'T-5', consent: { adUserData: 'CONSENT_DENIED' } }),
      makeEvent({ transactionId: 'T-6', adIdentifiers: { gclid: 'foreign' } }),
      makeEvent({ transactionId: 'T-7', adIdentifiers: { gclid: 'recent' } }),
    ];
    const [, { requestId }] = await ingest(sandbox, makeBody(events));
    const [, early] = await retrieve(sandbox, requestId);
    expect(early.requestStatusPerDestination).toEqual([
      {
        destination: makeDestination(),
        requestStatus: 'PROCESSING',
        eventsIngestionStatus: { recordCount: '7' },
      },
    ]);
    sandbox.clock.nowMs += 60_000;
    const [
      ,
      {
        requestStatusPerDestination: [told],
      },
    ] = await retrieve(sandbox, requestId);
    expect(told.requestStatus).toBe('PARTIAL_SUCCESS');
    expect(told.errorInfo.errorCounts).toEqual([
      { recordCount: '1', reason: 'PROCESSING_ERROR_REASON_INVALID_GCLID', recordIndices: ['1'] },
      { recordCount: '1', reason: 'PROCESSING_ERROR_REASON_INVALID_WBRAID', recordIndices: ['2'] },
      { recordCount: '1', reason: 'PROCESSING_ERROR_REASON_EVENT_TOO_OLD', recordIndices: ['3'] },
      { recordCount: '1', reason: 'PROCESSING_ERROR_REASON_DENIED_CONSENT', recordIndices: ['4'] },
      {
        recordCount: '1',
        reason: 'PROCESSING_ERROR_OPERATING_ACCOUNT_MISMATCH_FOR_AD_IDENTIFIER',
        recordIndices: ['5'],
      },
      {
        recordCount: '1',
        reason: 'PROCESSING_ERROR_REASON_TOO_RECENT_CLICK',
        recordIndices: ['6'],
      },
    ]);
    expect(
      sandbox.state
        .conversions()
        .map(({ dedupeId, account, target }) => [dedupeId, account, target]),
    ).toEqual([['T-1', SANDBOX_GOOGLE_CUSTOMER, ACTION]]);
  });

  test('google: a fault leaves positions of refused records out', async () => {
    const faults = [{ match: 'requestStatus', omit: 2 }];
    const sandbox = await openSandbox({ processingMs: 0, faults });
    const bad = (id: string): object =>
      makeEvent({ transactionId: id, adIdentifiers: { gclid: 'invalid-1' } });
    const denied = makeEvent({ transactionId: 'T-3', consent: { adUserData: 'CONSENT_DENIED' } });
    const [, { requestId }] = await ingest(
      sandbox,
      makeBody([bad('T-0'), bad('T-1'), bad('T-2'), denied]),
    );
    const [, answer] = await retrieve(sandbox, requestId);
    expect(answer.requestStatusPerDestination[0].errorInfo.errorCounts).toEqual([
      { recordCount: '3', reason: 'PROCESSING_ERROR_REASON_INVALID_GCLID', recordIndices: ['2'] },
      { recordCount: '1', reason: 'PROCESSING_ERROR_REASON_DENIED_CONSENT', recordIndices: ['3'] },
    ]);
  });

  test('google: an accepted request comes with fieldWarnings, and its events are taken', async () => {
    const sandbox = await openSandbox({ processingMs: 0 });
    const events = [
      makeEvent(),
      makeEvent({ transactionId: 'T-2', adIdentifiers: { gclid: 'warned-1' } }),
    ];
    const [status, answer] = await ingest(sandbox, makeBody(events));
    expect([status, answer.fieldWarnings]).toEqual([
      200,
      [
        {
          reason: 'WARNING_REASON_GENERIC',
          description: expect.any(String) as string,
          field: 'events.events[1].ad_identifiers.gclid',
        },
      ],
    ]);
    expect(sandbox.state.conversions()).toHaveLength(2);
  });

  test('google: a fault of 429 carries RetryInfo where it is asked for', async () => {
    const sandbox = await openSandbox({ faults: [{ status: 429, retryInfo: 8 }] });
    const [status, answer] = await ingest(sandbox, makeBody(), 'any');
    expect([status, answer.error.status]).toEqual([429, 'RESOURCE_EXHAUSTED']);
    expect(answer.error.details).toContainEqual({
      '@type': 'type.googleapis.com/google.rpc.RetryInfo',
      retryDelay: '8s',
    });
  });

  test.each([
    ['an identifier alone: 63 days', identify(email), '2026-01-06T12:00:00Z', 'SUCCESS'],
    ['one second more', identify(email), '2026-01-06T11:59:59Z', 'FAILED'],
    ['a click: 90 days', {}, '2025-12-10T12:00:00Z', 'SUCCESS'],
  ])('%s', async (_name, changes, eventTimestamp, expected) => {
    const sandbox = await openSandbox({ processingMs: 0 });
    const [, { requestId }] = await ingest(
      sandbox,
      makeBody([makeEvent({ ...changes, eventTimestamp })]),
    );
    const [, answer] = await retrieve(sandbox, requestId);
    expect(answer.requestStatusPerDestination[0].requestStatus).toBe(expected);
  });

  test('a transaction id counts once for an action, and again for another', async () => {
    const sandbox = await openSandbox({ processingMs: 0 });
    await ingest(sandbox, makeBody());
    const both = [makeDestination(), makeDestination({ productDestinationId: '987654322' })];
    const [, { requestId }] = await ingest(
      sandbox,
      makeBody([makeEvent()], { destinations: both }),
    );
    const [, answer] = await retrieve(sandbox, requestId);
    expect(
      answer.requestStatusPerDestination.map(({ requestStatus }: Answer) => requestStatus),
    ).toEqual(['FAILED', 'SUCCESS']);
    expect(answer.requestStatusPerDestination[0].errorInfo.errorCounts).toEqual([
      {
        recordCount: '1',
        reason: 'PROCESSING_ERROR_REASON_DUPLICATE_TRANSACTION_ID',
        recordIndices: ['0'],
      },
    ]);
    expect(sandbox.state.conversions()).toHaveLength(2);
    expect(sandbox.state.received()).toBe(3);
  });

  test('events that name a destination go to that one only; consent of the request holds for all', async () => {
    const sandbox = await openSandbox({ processingMs: 0 });
    const destinations = [
      makeDestination({ reference: 'a' }),
      makeDestination({ reference: 'b', productDestinationId: '987654322' }),
    ];
    const events = [makeEvent({ destinationReferences: ['b'] })];
    const [, { requestId }] = await ingest(
      sandbox,
      makeBody(events, { destinations, consent: { adUserData: 'CONSENT_DENIED' } }),
    );
    const [, answer] = await retrieve(sandbox, requestId);
    expect(
      answer.requestStatusPerDestination.map(({ requestStatus, eventsIngestionStatus }: Answer) => [
        requestStatus,
        eventsIngestionStatus.recordCount,
      ]),
    ).toEqual([
      ['SUCCESS', '0'],
      ['FAILED', '1'],
    ]);
  });

  test("another user's request cannot be asked after", async () => {
    const sandbox = await openSandbox();
    const [, { requestId }] = await ingest(sandbox, makeBody());
    expect((await retrieve(sandbox, requestId, await googleToken(sandbox, 'manager')))[0]).toBe(
      400,
    );
  });
});

test('faults: the token ends, the grant is revoked, a status is answered', async () => {
  const sandbox = await openSandbox();
  const token = await googleToken(sandbox);
  const fault = async (rule: object) => {
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'PUT', body: JSON.stringify([rule]) });
  };
  await fault({ status: 429, retryAfter: 3, times: 1 });
  const [status, answer] = await ingest(sandbox, makeBody(), token);
  expect([status, answer.error.status]).toEqual([429, 'RESOURCE_EXHAUSTED']);
  await fault({ expire: true, times: 1 });
  expect((await ingest(sandbox, makeBody(), token))[0]).toBe(401);
  const fresh = await googleToken(sandbox);
  await fault({ revoke: true, times: 1 });
  expect((await ingest(sandbox, makeBody(), fresh))[0]).toBe(401);
  const refused = await refreshGoogle(sandbox, { client_secret: SANDBOX_GOOGLE_CLIENT_SECRET });
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
  ]);
});
