import { UsageError } from '../../errors.js';
import { findFaultProblem, type FaultRule } from './fault-rule.js';

/** The forms that `--fault` takes, one a line, for help and for errors. */
export const FAULT_FORMS = `429:10%                  one request in ten is answered 429 (any status from 300 to 599)
429:0.1,retry-after=2    the same, with Retry-After in seconds (retry-after-date=2: as a date)
429:0.1,retry-info=8     the same, with google.rpc.RetryInfo in the body (Google)
code:60001               the network's own error code (tiktok, meta), with its HTTP status
403,message=WORDS        the answer has these words (amazon; without a comma in them)
terms                    amazon answers 403: the Conversions API terms are not accepted
latency:100ms            every answer waits (ms or s); latency:2s,rate=5% only some
drop-before:5%           the connection is dropped before the request is handled
drop-after:5%            ... after it was handled, before the answer
truncate:2%              the body is cut in the middle
omit:1%,count=2          the answer leaves out two accepted events; accepted=no: they were not taken.
                         With match=requestStatus: two positions of refused records (Google)
expire                   the access token ends; refreshing helps
revoke                   the grant is revoked
with any of them         times=N, every=N, after=N, rate=5%, latency=50ms, match=PART-OF-HOST-AND-PATH`;

/** No text of it is documented: a likely one, which names neither the grant nor a permission. */
const TERMS = 'The advertiser has not accepted the Conversions API terms of service.';

const NAMED_FAULTS: Record<string, FaultRule> = {
  terms: { status: 403, message: TERMS, match: 'eventData|create/events|audiences/records' },
  'drop-before': { drop: 'before' },
  'drop-after': { drop: 'after' },
  truncate: { truncate: true },
  omit: { omit: 1 },
  expire: { expire: true },
  revoke: { revoke: true },
};

type Reader = (text: string) => FaultRule | undefined;

const OPTIONS: Record<string, Reader> = {
  rate: (text) => withNumber('rate', readRate(text)),
  every: (text) => withNumber('every', readNumber(text)),
  times: (text) => withNumber('times', readNumber(text)),
  after: (text) => withNumber('after', readNumber(text)),
  latency: (text) => withNumber('latencyMs', readDuration(text)),
  message: (text) => (text === '' ? undefined : { message: text }),
  match: (text) => (text === '' ? undefined : { match: text }),
  'retry-after': (text) => withNumber('retryAfter', readNumber(text)),
  'retry-info': (text) => withNumber('retryInfo', readNumber(text)),
  'retry-after-date': (text) => withNumber('retryAfterDate', readNumber(text)),
  count: (text) => withNumber('omit', readNumber(text)),
  accepted: (text) =>
    text === 'yes' || text === 'no' ? { omitAccepted: text === 'yes' } : undefined,
};

/**
 * Reads one `--fault` value, such as `429:10%,retry-after=2`.
 * @throws UsageError `bad_fault` that lists the forms.
 */
export function parseFault(text: string): FaultRule {
  const [head = '', ...options] = text.trim().split(',');
  const rule = readHead(head);
  if (!rule) throw badFault(text, `${JSON.stringify(head)} is not a fault`);
  for (const option of options) {
    const [, name = '', value = ''] = /^([a-z-]+)=(.*)$/.exec(option.trim()) ?? [];
    const read = Object.hasOwn(OPTIONS, name) ? OPTIONS[name]!(value) : undefined;
    if (!read) throw badFault(text, `${JSON.stringify(option)} is not understood`);
    Object.assign(rule, read);
  }
  const problem = findFaultProblem(rule);
  if (problem) throw badFault(text, problem);
  return rule;
}

/** A fault rule in words as short as its text form, for logs and pages. */
export function describeFault(rule: FaultRule): string {
  if (rule.status !== undefined) return String(rule.status);
  if (rule.code !== undefined) return `code:${rule.code}`;
  if (rule.drop) return `drop-${rule.drop}`;
  if (rule.truncate) return 'truncate';
  if (rule.omit !== undefined) return 'omit';
  if (rule.revoke) return 'revoke';
  if (rule.expire) return 'expire';
  return 'latency';
}

function readHead(head: string): FaultRule | undefined {
  const [kind = '', amount] = head.trim().split(/:(.*)/s, 2);
  if (kind === 'code')
    return amount === undefined ? undefined : withNumber('code', readNumber(amount));
  if (kind === 'latency')
    return amount === undefined ? undefined : withNumber('latencyMs', readDuration(amount));
  const rule = /^\d{3}$/.test(kind)
    ? { status: Number(kind) }
    : Object.hasOwn(NAMED_FAULTS, kind)
      ? NAMED_FAULTS[kind]
      : undefined;
  if (!rule || amount === undefined) return rule && { ...rule };
  const rate = readRate(amount);
  return rate === undefined ? undefined : { ...rule, rate };
}

/** `5%` or `0.05`. Without the sign a number above 1 is refused: `10` could mean either. */
function readRate(text: string): number | undefined {
  const percent = text.endsWith('%');
  const value = readNumber(percent ? text.slice(0, -1) : text);
  if (value === undefined) return undefined;
  const rate = percent ? value / 100 : value;
  return rate <= 1 ? rate : undefined;
}

function readDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (unit === 's' ? 1000 : 1);
}

function readNumber(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function withNumber(name: keyof FaultRule, value: number | undefined): FaultRule | undefined {
  return value === undefined ? undefined : { [name]: value };
}

function badFault(text: string, why: string): UsageError {
  return new UsageError('bad_fault', `The fault ${JSON.stringify(text)} cannot be read: ${why}.`, {
    hint: `Faults are written like this:\n${FAULT_FORMS}`,
  });
}
