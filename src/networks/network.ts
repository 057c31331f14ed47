import type { ListDefinitions } from './definitions.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { Mapping } from '../goals/goal.js';
import type { HttpAnswer, HttpRequest } from '../http/http.js';
import type { Settings } from '../config/settings.js';
import type { JsonObject } from '../json.js';
import type { OAuthProvider } from '../oauth/provider.js';
import type { Connection } from './connection.js';
import type { Connector } from './connector.js';
import type { Fix } from './fix.js';
import type { NetworkName } from './names.js';
import type { Preflight } from './preflight.js';

export type { Connection } from './connection.js';

/**
 * The network-ready, hashed fields of one postback: all that is needed to send it again. Pure JSON.
 * Each network has its own form of it; here is what the program may assume without knowing the
 * network.
 */
export type Payload = object;

/** Why a postback is not sent. Scripts read these words in summaries and logs. */
export type SkipReason =
  | 'duplicate'
  | 'test_event'
  | 'consent_none'
  | 'consent_unknown'
  | 'suppressed'
  | 'superseded'
  | 'organic'
  | 'other_network'
  | 'no_click_id'
  | 'no_goal'
  | 'goal_disabled'
  | 'filter_not_met'
  | 'already_counted'
  | 'not_connected'
  | 'network_disabled'
  | 'unmapped_goal'
  | 'too_old'
  | 'in_future'
  | 'no_match_key'
  | 'no_country'
  | 'eu_consent_missing'
  | 'opted_out'
  | 'unsupported_currency'
  | 'incomplete_event';

export interface Skip {
  reason: SkipReason;
  /** Explanation for people. Never contains personal data. */
  message: string;
  /** The field that `incomplete_event` misses. */
  field?: string;
}

/** One conversion of one goal for one network: the unit of delivery. */
export interface Postback<P extends Payload = Payload> {
  /** 32 hex digits from workspace, network, goal and event id; see identity/postback-id.ts. */
  id: string;
  /** Id that makes a second delivery harmless; the same on every attempt. */
  dedupeId: string;
  network: NetworkName;
  goal: string;
  goalName: string;
  event: string;
  eventId: string;
  eventTimeMs: number;
  test: boolean;
  value?: string;
  currency?: string;
  /** The player, as a salted hash of the delivery log. */
  person?: string;
  /** Whether its goal counts once per player. */
  once?: boolean;
  /**
   * It is a record of an audience list instead of a conversion: of which list, and of whom, by a
   * salted hash.
   */
  membership?: { list: string; member: string };
  /** Salted hashes of all that names the person on the line, for erasure. */
  members?: readonly string[];
  /**
   * The log kept its payload in a row that cannot be read: it has no facts, and cannot be sent from
   * the log.
   */
  isDamaged?: true;
  /** Its payload. The delivery log stores it under this name. */
  facts: P;
}

/** A postback with what its goal is called at the network. */
export interface Outgoing<P extends Payload = Payload, M extends Mapping = Mapping> {
  postback: Postback<P>;
  mapping: M;
  /** Its text in the body, from when it was measured until it is part of a request. */
  rendered?: string | undefined;
}

/**
 * Classification of one postback. `unknown`: the response does not mention it, so it is not
 * delivered.
 */
export type OutcomeKind =
  | 'delivered'
  | 'processing'
  | 'transient'
  | 'throttled'
  | 'credential'
  | 'configuration'
  | 'payload'
  | 'expired'
  | 'unknown';

export interface Outcome {
  kind: OutcomeKind;
  /** Machine-readable, such as `http_503` or the network's own code. */
  reason: string;
  /** The network's words, cut to 300 characters and free of control characters. */
  message?: string;
  /** How to make the postback deliverable, if the kind is not enough. */
  fix?: Fix;
  /** Warning about an accepted event: logged and counted; the event is not sent again. */
  warning?: string;
}

/** The judgement on one answer. */
export interface Verdict {
  /** One per postback, in the order of the request. Many may share one object. */
  outcomes: Outcome[];
  /** The network's id of the request, for its support. */
  requestId?: string;
  /** How long the network asks us to wait. */
  retryAfterMs?: number;
  /** The request was refused whole and part of it may be good: send it again in halves. */
  split?: boolean;
  /**
   * The request was refused whole because of the postbacks at these positions: their outcomes
   * stand, and the others are sent again at once without them.
   */
  rejectedIndexes?: readonly number[];
  /** Notice about the connection, not an event; shown once per run. */
  notice?: string;
  /** The answer about an accepted request says nothing about it: asking again is bounded. */
  isUnreadable?: true;
}

export interface Limits {
  /** Events a request. */
  maxEvents: number;
  /** Bytes a request body. */
  maxBytes: number;
  /** Documented pace of one account, requests a second; 0 where none is known. */
  requestsPerSecond: number;
  /** How old an event may be when it is sent: the deadline is event time + window. */
  windowMs: number;
  /** How far ahead of the clock an event may be. */
  futureMs: number;
  /** How long the network knows a dedupe id again; absent where it is not limited. */
  dedupeWindowMs?: number;
  /** Test events a request, where the network wants fewer of them together. */
  maxTestEvents?: number;
}

/** How a network that accepts first and decides later is asked what became of a request. Pure. */
export interface FollowUp<P extends Payload = Payload, M extends Mapping = Mapping> {
  /**
   * It is not asked sooner after a request, nor more often; the longer it takes, the longer the
   * pauses.
   */
  pauseMs: number;
  /** Longest time that a run waits for decisions, in milliseconds; absent: until there are some. */
  patienceMs?: number;
  request: (requestId: string, accessToken: string) => HttpRequest;
  /**
   * Outcomes are `processing` while it has not decided or could not be asked; `unknown` is sent
   * again at once, `transient` by a later run; `split` where it does not say which are bad.
   */
  classify: (
    items: readonly Outgoing<P, M>[],
    answer: HttpAnswer,
    request: AcceptedIndexes,
  ) => Verdict;
}

/** Where the postbacks that are asked for stood in the request that the network accepted. */
export interface AcceptedIndexes {
  /** The position of each postback in the request, from 0. */
  positions: readonly number[];
  /** Events that the request held; some may have left the log since, by erasure. */
  total: number;
}

/**
 * A network spoken to over one connection. Pure: no I/O, no clock, no retries.
 *
 * A network's folder writes a channel for its own payload `P` and its own form of mapping `M`, and
 * `defineChannel` makes the plain `Channel` of it that the rest of the program holds. Members are
 * function properties, not methods: TypeScript checks the parameters of methods less strictly.
 */
export interface Channel<P extends Payload = Payload, M extends Mapping = Mapping> {
  network: NetworkName;
  account: string;
  limits: Limits;
  /**
   * Whether test events go out without a test mapping, because the network keeps them apart by
   * itself.
   */
  testMode?: boolean;
  /** The window of one conversion, where it is shorter than `limits.windowMs`. */
  windowMsOf?: (payload: P) => number;
  /**
   * Postbacks with different keys never share a request; absent: all may. Test events never share
   * one with real ones.
   */
  groupOf?: (outgoing: Outgoing<P, M>) => string;
  /** Network feasibility of one conversion apart from its age: undefined when it can be sent. */
  check: (payload: P, mapping: M) => Skip | undefined;
  /** Bytes that one event takes in the body; for batching. */
  sizeOf: (outgoing: Outgoing<P, M>) => number;
  /** Bytes of the body around the events of a request that begins with this one. */
  envelopeOf?: (outgoing: Outgoing<P, M>) => number;
  request: (items: readonly Outgoing<P, M>[], accessToken: string) => HttpRequest;
  /**
   * Signs a request where a bearer token is not enough (OAuth 1.0a); `moment` is all that is not
   * pure about it.
   */
  sign?: (request: HttpRequest, accessToken: string, moment: SigningMoment) => HttpRequest;
  /** Judges an answer. It concerns the postbacks by their positions; payloads do not matter. */
  classify: (items: readonly Outgoing[], answer: HttpAnswer) => Verdict;
  /** Its postbacks are records of audience lists, not conversions. */
  isForLists?: true;
  /**
   * Present where a 2xx means accepted and not delivered: outcomes of {@link classify} are
   * `processing` then.
   */
  followUp?: FollowUp<P, M>;
}

/** A channel as `defineChannel` returns it: it tells whether a payload is one of its network's. */
export interface DefinedChannel<P extends Payload = Payload> extends Channel {
  isPayload: (stored: Payload) => stored is P;
}

export interface SigningMoment {
  nowMs: number;
  /** Random and used once. */
  nonce: string;
}

/** Encrypts external ids of people, so that the log alone does not reveal them. */
export interface IdEncryptor {
  seal(id: string): string;
  /** @throws InternalError if the id was encrypted with another key */
  open(encrypted: string): string;
}

/**
 * One folder of networks/: its payload `P`, and `M`, what a goal is called there. The channels that
 * it opens take the payload that it prepares. The rest of the program sees {@link AnyNetwork}.
 */
export interface Network<P extends Payload, M extends Mapping> {
  name: NetworkName;
  title: string;
  /**
   * Returns the default mapping for an event and a goal; absent: every goal needs a mapping.
   * Undefined: this goal needs one.
   */
  defaultMapping?: (event: string, goal: string) => M | undefined;
  /** What a connection needs to send test events without a test mapping: `test_event_code`. */
  testArea?: string;
  /** Caution about test events, in a sentence. */
  testCaution?: string;
  /**
   * Whether a browser pixel reports conversions here too, under an id that both sides send.
   */
  sharesEventIds: boolean;
  /** The authorization server that renews a connection's tokens; absent: tokens are not renewed. */
  findLogin?: (connection: Connection) => OAuthProvider;
  /** Loads the connector, on demand. */
  loadConnector: () => Promise<Connector>;
  /** Loads the checks for `doctor`, on demand. */
  loadPreflight?: () => Promise<Preflight>;
  /**
   * Loads what lists the definitions of an account; absent: its API cannot list what goals are
   * mapped to.
   */
  loadDefinitions?: () => Promise<ListDefinitions>;
  /** The words of `map` for a value of this contract, as placeholders; absent: `VALUE`. */
  mappingWords?(api: string | undefined): string;
  /** The properties of a synthetic event; absent: those of the network's profile. */
  syntheticProperties?: JsonObject;
  /** Checks the shape of a mapping; a sentence saying what is expected when it is wrong. */
  checkMapping: (mapping: Mapping, api: string | undefined) => string | undefined;
  /** Converts an event to the hashed payload of this network. Pure. */
  prepare: (event: ConversionEvent, settings: Settings) => P;
  open: (connection: Connection, settings: Settings) => DefinedChannel<P>;
  /**
   * The network as one connection describes it, where the connection says more than the folder: an
   * endpoint's template. Absent: every connection is alike.
   */
  bind?: (connection: Connection) => AnyNetwork;
  /** The channel of audience lists, over the same connection; absent: the network has none here. */
  openAudiences?: (connection: Connection, settings: Settings, encryptor: IdEncryptor) => Channel;
}

/** A network whose payload and mapping are not known: what the registry holds. */
export type AnyNetwork = Network<Payload, Mapping>;
