import { describe, expect, it } from 'vitest';
import { SANDBOX_ACCOUNTS, SANDBOX_CLIENT_ID } from '../../../../src/sandbox/amazon/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import {
  accessToken,
  control,
  headersOf,
  openSandbox,
  postForm,
  sha256,
  type Answer,
} from '../test-sandbox.js';

const TYPE = 'application/vnd.amcaudiences.v1+json';
const HOST = 'advertising-api.amazon.com';
const FIRST_LIST = '371552318001631924';

interface Call {
  method?: string;
  body?: unknown;
  host?: string;
  token?: string;
  headers?: Record<string, string | undefined>;
}

async function call(
  sandbox: Sandbox,
  path: string,
  { method = 'POST', body, host = HOST, token, headers = {} }: Call = {},
) {
  const right = {
    authorization: `Bearer ${token ?? (await accessToken(sandbox))}`,
    'amazon-advertising-api-clientid': SANDBOX_CLIENT_ID,
    accept: TYPE,
    ...(body === undefined ? {} : { 'content-type': TYPE }),
  };
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const init = {
    method,
    headers: headersOf({ ...right, ...headers }),
    ...(text === undefined ? {} : { body: text }),
  };
  const answer = await fetch(`${sandbox.url}/${host}/amc/audiences/${path}`, init);
  return { status: answer.status, text: await answer.text() };
}

const LIST = {
  name: 'High value players',
  description: 'bought more than once',
  countryCode: 'US',
  metadata: { externalAudienceId: 'high-value', ttl: 604_800 },
  targetResource: { advertiserId: Number(SANDBOX_ACCOUNTS.na) },
};

const PII = { email: sha256('test@example.com') };

function record(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    externalUserId: 'player-1',
    action: 'CREATE',
    countryCode: 'US',
    hashedPII: [PII],
    ...changes,
  };
}

function recordsBody(records: unknown, id = FIRST_LIST, more = ''): string {
  return `{"records":${JSON.stringify(records)},"audienceId":${id}${more}}`;
}

async function upload(sandbox: Sandbox, records: unknown[], id = FIRST_LIST): Promise<string> {
  const { status, text } = await call(sandbox, 'records', { body: recordsBody(records, id) });
  expect([status, text]).toEqual([
    202,
    expect.stringMatching(/^\{"jobRequestId":"[0-9a-f-]{36}"\}$/),
  ]);
  return (JSON.parse(text) as { jobRequestId: string }).jobRequestId;
}

async function statusOf(
  sandbox: Sandbox & { clock: { nowMs: number } },
  job: string,
): Promise<Answer> {
  sandbox.clock.nowMs += 1000;
  return JSON.parse((await call(sandbox, `records/${job}`, { method: 'GET' })).text);
}

describe('audience lists', () => {
  it('are made with an id beyond 2^53 as a bare number, read and revised', async () => {
    const sandbox = await openSandbox();
    const made = await call(sandbox, 'metadata', { body: LIST });
    expect(made).toEqual({
      status: 201,
      text: `{"audienceId":${FIRST_LIST},"externalAudienceId":"high-value"}`,
    });
    const read = await call(sandbox, `metadata/${FIRST_LIST}`, { method: 'GET' });
    expect(read.text).toContain(
      `"audienceId":${FIRST_LIST},"advertiserId":${SANDBOX_ACCOUNTS.na},`,
    );
    const revised = await call(sandbox, `metadata/${FIRST_LIST}`, {
      method: 'PUT',
      body: { metadata: { ttl: 60 } },
    });
    expect(JSON.parse(revised.text)).toMatchObject({
      name: 'High value players',
      metadata: { externalAudienceId: 'high-value', ttl: 60, audienceSize: { dspAudienceSize: 0 } },
    });
  });

  it.each<[string, unknown, number, RegExp]>([
    ['a name of 9 characters', { ...LIST, name: 'nine char' }, 400, /'name'.*between 10 and 128/],
    [
      'a name of 129 characters',
      { ...LIST, name: 'x'.repeat(129) },
      400,
      /'name'.*between 10 and 128/,
    ],
    [
      'a description of 1,001',
      { ...LIST, description: 'x'.repeat(1001) },
      400,
      /'description'.*1000/,
    ],
    ['no description', { ...LIST, description: undefined }, 400, /'description'/],
    ['no external id', { ...LIST, metadata: {} }, 400, /externalAudienceId/],
    [
      'more than 397 days',
      { ...LIST, metadata: { externalAudienceId: 'a', ttl: 34_300_801 } },
      400,
      /ttl/,
    ],
    ['no owner', { ...LIST, targetResource: {} }, 400, /union of connectionId and advertiserId/],
    [
      'both owners',
      { ...LIST, targetResource: { connectionId: 'a', advertiserId: 1 } },
      400,
      /union/,
    ],
    [
      'a quoted advertiser',
      { ...LIST, targetResource: { advertiserId: '1' } },
      400,
      /STRING_VALUE/,
    ],
    [
      "somebody else's advertiser",
      { ...LIST, targetResource: { advertiserId: 99 } },
      403,
      /not authorized/,
    ],
    ['a country that is none', { ...LIST, countryCode: 'UK' }, 400, /countryCode/],
    ['a field that is none', { ...LIST, title: 'a' }, 400, /title/],
    ['no JSON', 'name=a', 400, /parse/],
  ])('are refused with %s', async (_name, body, status, message) => {
    const answer = await call(await openSandbox(), 'metadata', { body });
    expect([answer.status, JSON.parse(answer.text).message]).toEqual([
      status,
      expect.stringMatching(message),
    ]);
  });

  it('want the audience scope, the right client, media type and region', async () => {
    const sandbox = await openSandbox();
    const login = new URLSearchParams({
      client_id: SANDBOX_CLIENT_ID,
      scope: 'advertising::campaign_management',
      response_type: 'code',
      redirect_uri: 'http://localhost:8787/callback',
      sandbox_decision: 'allow',
      sandbox_user: 'na',
    });
    const back = await fetch(`${sandbox.url}/www.amazon.com/ap/oa?${login.toString()}`, {
      redirect: 'manual',
    });
    const code = new URL(back.headers.get('location')!).searchParams.get('code')!;
    const granted = await postForm(`${sandbox.url}/api.amazon.com/auth/o2/token`, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'http://localhost:8787/callback',
      client_id: SANDBOX_CLIENT_ID,
      client_secret: 'sandbox-secret',
    });
    const { access_token: token } = (await granted.json()) as { access_token: string };
    const refused = await call(sandbox, 'metadata', { body: LIST, token });
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining('advertising::audiences'),
    ]);
    expect((await call(sandbox, 'metadata', { body: LIST, token: 'Atza|no' })).status).toBe(401);
    const wrong = { 'amazon-advertising-api-clientid': 'other' };
    expect((await call(sandbox, 'metadata', { body: LIST, headers: wrong })).status).toBe(401);
    const json = { 'content-type': 'application/json' };
    expect((await call(sandbox, 'metadata', { body: LIST, headers: json })).status).toBe(415);
    await call(sandbox, 'metadata', { body: LIST });
    const elsewhere = { method: 'GET', host: 'advertising-api-eu.amazon.com' };
    expect((await call(sandbox, `metadata/${FIRST_LIST}`, elsewhere)).status).toBe(404);
  });
});

describe('records', () => {
  it('put people in and take them out; the job is pending first', async () => {
    const sandbox = await openSandbox();
    await call(sandbox, 'metadata', { body: LIST });
    const one = record();
    const two = record({ externalUserId: 'player_2' });
    const job = await upload(sandbox, [one, two]);
    const early = await call(sandbox, `records/${job}`, { method: 'GET' });
    expect(JSON.parse(early.text)).toEqual({ jobRequestId: job, jobState: 'PENDING' });
    expect(await statusOf(sandbox, job)).toEqual({
      jobRequestId: job,
      jobState: 'SUCCEEDED',
      successful: { recordsProcessedRate: 100 },
      invalidRecords: [],
      audienceSize: { receivedRecordSize: 2, idResolutionCount: 2, dspAudienceSize: 2 },
    });
    await upload(sandbox, [record({ action: 'DELETE', hashedPII: [{}] })]);
    const [state] = sandbox.state.audiences();
    expect([state!.received, state!.members]).toEqual([
      3,
      [{ externalUserId: 'player_2', record: two }],
    ]);
    const [, brief] = await control(sandbox, 'GET', '/audiences');
    expect(brief).toMatchObject({ count: 1, audiences: [{ id: FIRST_LIST, size: 1 }] });
    expect(brief.audiences[0]).not.toHaveProperty('members');
    const [, full] = await control(sandbox, 'GET', `/audiences?id=${FIRST_LIST}`);
    expect(full.audiences[0].members).toHaveLength(1);
    await control(sandbox, 'POST', '/reset');
    expect(sandbox.state.audiences()).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    [
      'a quoted id',
      recordsBody([record()], '"371552318001631924"'),
      /"Message":"STRING_VALUE can not be converted/,
    ],
    ['no id', JSON.stringify({ records: [record()] }), /audienceId/],
    ['no records', recordsBody([]), /'records'.*greater than or equal to 1/],
    [
      '10,001 records',
      recordsBody(new Array(10_001).fill(record())),
      /less than or equal to 10000/,
    ],
    [
      'an external id with @',
      recordsBody([record(), record({ externalUserId: 'a@b' })]),
      /records\.2\.member\.externalUserId/,
    ],
    [
      'an external id of 129',
      recordsBody([record({ externalUserId: 'x'.repeat(129) })]),
      /externalUserId/,
    ],
    ['an empty external id', recordsBody([record({ externalUserId: '' })]), /externalUserId/],
    ['a country that is none', recordsBody([record({ countryCode: 'UK' })]), /countryCode/],
    [
      'another target',
      recordsBody(
        [record()],
        FIRST_LIST,
        ',"targetResource":{"connectionId":"c","targetTypes":["AMC"]}',
      ),
      /targetTypes/,
    ],
    [
      'a field that is none',
      recordsBody([record({ email: PII.email })]),
      /records\.1\.member\.email/,
    ],
    [
      'another action',
      recordsBody([record({ action: 'UPDATE' })]),
      /enum value set: \[CREATE, DELETE\]/,
    ],
    ['no hashedPII', recordsBody([record({ hashedPII: [] })]), /hashedPII/],
    ['101 sets', recordsBody([record({ hashedPII: new Array(101).fill(PII) })]), /hashedPII/],
    [
      'a name that is none',
      recordsBody([record({ hashedPII: [{ first_name: PII.email }] })]),
      /hashedPII/,
    ],
    [
      'no connection in its target',
      recordsBody([record()], FIRST_LIST, ',"targetResource":{}'),
      /connectionId/,
    ],
  ])('are refused whole with %s', async (_name, body, message) => {
    const answer = await call(await openSandbox(), 'records', { body });
    expect([answer.status, answer.text]).toEqual([400, expect.stringMatching(message)]);
  });

  it('amazon: 10,000 records with ids of 128 characters are taken', async () => {
    const sandbox = await openSandbox();
    await call(sandbox, 'metadata', { body: LIST });
    const records = Array.from({ length: 10_000 }, (_, index) =>
      record({ externalUserId: `${index}`.padStart(128, '-') }),
    );
    await upload(sandbox, records);
    expect(sandbox.state.audiences()[0]!.members).toHaveLength(10_000);
  });

  it('amazon: records want their own media type', async () => {
    const sandbox = await openSandbox();
    const body = recordsBody([record()]);
    expect(
      (await call(sandbox, 'records', { body, headers: { 'content-type': 'application/json' } }))
        .status,
    ).toBe(415);
    expect(
      (await call(sandbox, 'records', { body, headers: { accept: 'application/json' } })).status,
    ).toBe(406);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a plain e-mail address', { hashedPII: [{ email: 'test@example.com' }] }, /SHA-256/],
    ['a hash in upper case', { hashedPII: [{ email: PII.email.toUpperCase() }] }, /SHA-256/],
    ['the hash of nothing', { hashedPII: [{ email: sha256('') }] }, /empty/],
    ['nobody to find', { hashedPII: [{}] }, /at least one/],
    ['a German without consent', { countryCode: 'DE' }, /userConsent is required for DE/],
    ['a refusal', { userConsent: { consent: { amzn: { amznUserData: 'DENIED' } } } }, /denies/],
  ])('with %s fail alone, in the status of the job', async (_name, changes, error) => {
    const sandbox = await openSandbox();
    await call(sandbox, 'metadata', { body: LIST });
    const job = await upload(sandbox, [record({ externalUserId: 'bad', ...changes }), record()]);
    expect(await statusOf(sandbox, job)).toMatchObject({
      jobState: 'SUCCEEDED',
      successful: { recordsProcessedRate: 50 },
      invalidRecords: [
        { audienceId: FIRST_LIST, externalId: 'bad', error: expect.stringMatching(error) },
      ],
    });
    expect(
      sandbox.state.audiences()[0]!.members.map(({ externalUserId }) => externalUserId),
    ).toEqual(['player-1']);
  });

  it.each([
    ['tcf', { tcf: 'CPtcf' }],
    ['gpp', { gpp: 'DBAA' }],
    ['amzn', { amzn: { amznUserData: 'GRANTED' } }],
  ])('of Germans are taken with a %s signal', async (_name, consent) => {
    const sandbox = await openSandbox();
    const userConsent = { geo: { countryCode: 'DE' }, consent };
    await upload(sandbox, [record({ countryCode: 'DE', userConsent })]);
    expect(sandbox.state.audiences()[0]!.members).toHaveLength(1);
  });

  it.each([
    ['404000001', 'FAILED', 0, 0],
    ['206000001', 'PARTIALLYSUCCEEDED', 1, 100],
    ['371000001', 'SUCCEEDED', 1, 100],
  ])('of the list %s: %s', async (id, jobState, members, rate) => {
    const sandbox = await openSandbox();
    const job = await upload(sandbox, [record()], id);
    expect(await statusOf(sandbox, job)).toMatchObject({
      jobState,
      successful: { recordsProcessedRate: rate },
    });
    expect(sandbox.state.audiences().flatMap((list) => list.members)).toHaveLength(members);
  });

  it('of a job that is none: 404', async () => {
    expect((await call(await openSandbox(), 'records/none', { method: 'GET' })).status).toBe(404);
  });
});
