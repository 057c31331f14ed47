import type { HashName } from './template.js';

/** Macros that the postback answers: what it is called, when it was, and its ids. */
export const POSTBACK_MACROS = [
  'event',
  'goal',
  'goal_name',
  'event_time',
  'event_time_ms',
  'event_time_iso',
  'dedupe_id',
  'test',
] as const;

/** Macros that the event answers. Their values are part of the stored payload. */
export const EVENT_MACROS = [
  'click_id',
  'value',
  'currency',
  'transaction_id',
  'country',
  'ip',
  'user_agent',
  'user_id_hash',
  'email_sha256',
  'phone_sha256',
  'maid',
  'item_id',
  'quantity',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_content',
  'utm_term',
] as const;

/** Personal data: only a hash of it can be a macro. */
export const HASHED_MACROS = ['email', 'phone', 'user_id'] as const;

export type PostbackMacro = (typeof POSTBACK_MACROS)[number];

/**
 * Where the value of a macro comes from. `event` has the key of the payload's value: the name, or
 * `email|md5` for a hash.
 */
export type MacroSource =
  | { from: 'postback'; name: PostbackMacro }
  | { from: 'event'; key: string }
  | { from: 'variable'; name: string };

/** One step from a macro's value to its text. */
export type Filter =
  | { by: 'decimals'; digits: number }
  | { by: 'hash'; hash: HashName }
  | { by: 'default'; text: string };

/** A macro of a text, as it was read. */
export interface Macro {
  source: MacroSource;
  filters: readonly Filter[];
  /** The value is inserted as it is, without encoding. */
  isRaw: boolean;
  /** Without a value the postback is skipped. */
  isRequired: boolean;
  /** Its name without filters, for people: `click_id`. */
  name: string;
}

/** Literal text, or a macro. */
export type Part = string | Macro;

/** A text with macros. */
export type MacroText = readonly Part[];

/** The macros that are hashes by name, and what they are a hash of. */
export const NAMED_HASHES: ReadonlyMap<string, string> = new Map([
  ['user_id_hash', 'user_id|sha256'],
  ['email_sha256', 'email|sha256'],
  ['phone_sha256', 'phone|sha256'],
]);
