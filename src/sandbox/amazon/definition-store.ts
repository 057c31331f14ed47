import type { Clock } from '../../clock.js';
import { PURCHASES } from './enums.js';

/** One of Amazon's conversion definitions, as `list` shows it. */
export interface Definition {
  conversionDefinitionId: string;
  name: string;
  source: string;
  sourceType: string;
  conversionType: string;
  countingMethod: string;
  value: number;
  createTime: string;
  lastUpdatedTime: string;
  partner?: string;
}

export type DefinitionInput = Omit<
  Definition,
  'conversionDefinitionId' | 'createTime' | 'lastUpdatedTime'
>;

const SEEDED_AT = '2026-01-15T09:00:00Z';

function seed(
  id: string,
  name: string,
  conversionType: string,
  extra: Partial<Definition> = {},
): Definition {
  return {
    conversionDefinitionId: id,
    name,
    source: 'SERVER_TO_SERVER',
    sourceType: 'WEBSITE',
    conversionType,
    countingMethod: 'EVERY',
    value: conversionType === PURCHASES ? 0 : 1,
    createTime: SEEDED_AT,
    lastUpdatedTime: SEEDED_AT,
    ...extra,
  };
}

/**
 * What every account of the sandbox lists from the start; one id is beyond 2^53, as Amazon's may
 * be.
 */
export const SEEDED_DEFINITIONS: readonly Definition[] = [
  seed('1234567890', 'First Purchase', PURCHASES, { countingMethod: 'FIRST' }),
  seed('1234567891', 'Purchase', PURCHASES),
  seed('1234567892', 'Sign Up', 'SIGN_UP'),
  seed('1234567893', 'Subscribe', 'SUBSCRIBE'),
  seed('1234567894', 'Tutorial Complete', 'OTHER'),
  seed('1234567895', 'First Start', 'MOBILE_APP_FIRST_START', { sourceType: 'ANDROID' }),
  seed('9007199254740993', 'Level Reached', 'OTHER'),
  seed('4150000001', 'Website Purchase (ad tag)', PURCHASES, { source: 'AMAZON_AD_TAG' }),
];

/**
 * The definitions of every account. Any id of 6 to 19 digits exists and takes server events of
 * every type, except that ids beginning with 404 do not exist and those beginning with 415 belong
 * to the ad tag.
 */
export class DefinitionStore {
  readonly #clock: Clock;
  readonly #created = new Map<string, Definition[]>();
  readonly #lastActivity = new Map<string, string>();
  #nextId = 2_000_000_001;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The seeded definitions, then those created, as an account lists them. */
  list(account: string): Definition[] {
    return [...SEEDED_DEFINITIONS, ...(this.#created.get(account) ?? [])];
  }

  /** The definition with this id, where the account has it. */
  find(account: string, id: string): Definition | undefined {
    const listed = this.#findListed(account, id);
    if (listed || !isImplied(id)) return listed;
    const source = id.startsWith('415') ? 'AMAZON_AD_TAG' : 'SERVER_TO_SERVER';
    return seed(id, `Sandbox definition ${id}`, PURCHASES, { source });
  }

  /** Whether this id is listed nowhere and so takes conversions of every type. */
  takesEveryType(account: string, id: string): boolean {
    return this.#findListed(account, id) === undefined && isImplied(id);
  }

  create(account: string, input: DefinitionInput): Definition {
    const now = new Date(this.#clock.now()).toISOString();
    const conversionDefinitionId = String(this.#nextId);
    this.#nextId += 1;
    const definition = { conversionDefinitionId, ...input, createTime: now, lastUpdatedTime: now };
    this.#created.set(account, [...(this.#created.get(account) ?? []), definition]);
    return definition;
  }

  /** Remembers that an event was taken for a definition, for `lastActivityTime`. */
  touch(account: string, id: string): void {
    this.#lastActivity.set(`${account}/${id}`, new Date(this.#clock.now()).toISOString());
  }

  lastActivity(account: string, id: string): string | undefined {
    return this.#lastActivity.get(`${account}/${id}`);
  }

  reset(): void {
    this.#created.clear();
    this.#lastActivity.clear();
  }

  #findListed(account: string, id: string): Definition | undefined {
    return this.list(account).find(({ conversionDefinitionId }) => conversionDefinitionId === id);
  }
}

/** Whether an id exists by the sandbox's rule even where nobody lists it. */
function isImplied(id: string): boolean {
  return /^\d{6,19}$/.test(id) && !id.startsWith('404');
}
