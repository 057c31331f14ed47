/** The hash functions that a template may name. */
export const HASHES = ['md5', 'sha1', 'sha256', 'sha512'] as const;
export type HashName = (typeof HASHES)[number];

export const METHODS = ['GET', 'POST', 'PUT'] as const;

/** What is signed: the body as sent, the query without `?`, or the whole URL. */
export const SIGNED_PARTS = ['body', 'query', 'url'] as const;

/** Any JSON of a body. Its strings may hold macros. */
export type TemplateJson =
  | string
  | number
  | boolean
  | null
  | readonly TemplateJson[]
  | { readonly [key: string]: TemplateJson };

/** The text of a body that stands for the list of events. */
export const EACH = '{each}';

/** Which answers are a delivery. */
export interface SuccessRule {
  /** Statuses that are a success; absent: every 2xx. */
  status?: readonly number[];
  /** Text that the body must contain. */
  bodyContains?: string;
  /** A value that the body must have at a JSON path. */
  json?: { path: string; equals: string | number | boolean | null };
}

/** An HMAC over a part of the request, sent as a header. */
export interface SignatureRule {
  hmac: HashName;
  header: string;
  /** `{env:NAME}` and nothing else. */
  secret: string;
  over: (typeof SIGNED_PARTS)[number];
  /** Default: `hex`. */
  encoding?: 'hex' | 'base64';
  /** Text before the signature, such as `sha256=`. */
  prefix?: string;
}

/**
 * A checked template: how one endpoint is told of conversions. Pure JSON, as the template file, the
 * project file and the store have it. It never holds a secret.
 */
export interface EndpointTemplate {
  /** The endpoint's own name: `acme` of `http:acme`. */
  name: string;
  /** A description for people. */
  about?: string;
  /** Pages that the template follows, each with the date on which it was read. */
  sources?: readonly string[];
  method: (typeof METHODS)[number];
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: TemplateJson;
  form?: Readonly<Record<string, string>>;
  /** The object of one event, where the body says `{each}`. */
  each?: TemplateJson;
  /** Events a request, where the body says `{each}`. */
  limit?: number;
  clickId?: { fields: readonly string[]; utmSources: readonly string[] };
  /** What goals are called there, by goal id; absent: their ids. */
  goals?: Readonly<Record<string, string>>;
  /** Macros without which a postback is skipped. */
  required?: readonly string[];
  /** How old an event may be, such as `30d`. */
  window?: string;
  requestsPerSecond?: number;
  success?: SuccessRule;
  retry?: { status: readonly number[] };
  sign?: SignatureRule;
}

/** Events a request where the template names no limit. */
export const DEFAULT_LIMIT = 100;
/** Window of a template that names none. */
export const DEFAULT_WINDOW = '30d';
/** Requests a second of a template that names no pace. */
export const DEFAULT_PACE = 10;
/** Statuses that are tried again where the template names none. */
export const DEFAULT_RETRIED: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

const DAY_MS = 86_400_000;
const UNIT_MS = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', DAY_MS],
]);
const WINDOW = /^([1-9]\d{0,4})(m|h|d)$/;
/** The longest window, in days: a year. */
const MAX_WINDOW_DAYS = 366;

/** Milliseconds of a window such as `30d`; undefined for any other text. */
export function readWindowMs(text: string): number | undefined {
  const [, count, unit = ''] = WINDOW.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS.get(unit) ?? Number.NaN);
  return ms <= MAX_WINDOW_DAYS * DAY_MS ? ms : undefined;
}
