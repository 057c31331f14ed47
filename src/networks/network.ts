import type { ListDefinitions } from './definitions.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { Mapping } from '../goals/goal.js';
import type { HttpAnswer, HttpRequest } from '../http/http.js';
import type { Settings } from '../config/settings.js';
import type { OAuthProvider } from '../oauth/provider.js';
import type { Connection } from './connection.js';
import type { Connector } from './connector.js';
import type { Fix } from './fix.js';
import type { NetworkName } from './names.js';
import type { Preflight } from './preflight.js';
import type { VariableRules } from './variables.js';

export type { Connection } from './connection.js';

/** The network-ready, hashed facts of one conversion: all that is needed to send it again. Pure JSON. */
export type Facts = object;

/** Why a postback is not sent, by the rules of contract.md section 4. */
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
  /** What was seen and which rule stopped it, for people. Never personal data. */
  message: string;
  /** The field that `incomplete_event` misses. */
  field?: string;
}

/** One conversion of one goal for one network: the unit that is delivered. */
export interface Postback {
  /** 32 hex digits from workspace, network, goal and event id; see identity/postback-id.ts. */
  id: string;
  /** What makes a second delivery harmless at the network; the same on every attempt. */
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
  /** It is a record of an audience list instead of a conversion: of which list, and of whom, by a salted hash. */
  membership?: { list: string; member: string };
  /** Salted hashes of all that names the person on the line, for erasure. */
  members?: string[];
  facts: Facts;
}

/** A postback with what its goal is called at the network. */
export interface Outgoing {
  postback: Postback;
  mapping: Mapping;
}

/** What the answer says of one postback. `unknown`: the answer does not mention it, so it is not delivered. */
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
  /** What makes the postback deliverable, where the kind does not say it all. */
  fix?: Fix;
  /** What the network warns of though it took the event: logged and counted, never sent again. */
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
   * The request was refused whole because of the postbacks at these positions: their outcomes stand, and the others are
   * sent again at once without them.
   */
  culprits?: readonly number[];
  /** What the answer says about the connection and not about an event; shown once a run. */
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
export interface FollowUp {
  /** It is not asked sooner after a request, nor more often; the longer it takes, the longer the pauses. */
  pauseMs: number;
  /** Longest time that a run waits for decisions, in milliseconds; absent: until there are some. */
  patienceMs?: number;
  request(requestId: string, accessToken: string): HttpRequest;
  /**
   * Outcomes are `processing` while it has not decided or could not be asked; `unknown` is sent again at once, `transient`
   * by a later run; `split` where it does not say which are bad.
   */
  classify(items: readonly Outgoing[], answer: HttpAnswer, request: AcceptedPlaces): Verdict;
}

/** Where the postbacks that are asked for stood in the request that the network accepted. */
export interface AcceptedPlaces {
  /** The position of each postback in the request, from 0. */
  positions: readonly number[];
  /** Events that the request held; some may have left the log since, by erasure. */
  total: number;
}

/** A network spoken to over one connection. Pure: no I/O, no clock, no retries. */
export interface Channel {
  network: NetworkName;
  account: string;
  limits: Limits;
  /** Whether test events go out without a test mapping, because the network keeps them apart by itself. */
  testMode?: boolean;
  /** The window of one conversion, where it is shorter than `limits.windowMs`. */
  windowMsOf?: (facts: Facts) => number;
  /** Postbacks with different keys never share a request; absent: all may. Test events never share one with real ones. */
  groupOf?: (outgoing: Outgoing) => string;
  /** Network feasibility of one conversion apart from its age: undefined when it can be sent. */
  check(facts: Facts, mapping: Mapping): Skip | undefined;
  /** Bytes that one event takes in the body, at most; for batching. */
  sizeOf(outgoing: Outgoing): number;
  request(items: readonly Outgoing[], accessToken: string): HttpRequest;
  /** Signs a request where a bearer token is not enough (OAuth 1.0a); `moment` is all that is not pure about it. */
  sign?(request: HttpRequest, accessToken: string, moment: SigningMoment): HttpRequest;
  classify(items: readonly Outgoing[], answer: HttpAnswer): Verdict;
  /** Its postbacks are records of audience lists, not conversions. */
  isForLists?: true;
  /** Present where a 2xx means accepted and not delivered: outcomes of {@link classify} are `processing` then. */
  followUp?: FollowUp;
}

export interface SigningMoment {
  nowMs: number;
  /** Random and used once. */
  nonce: string;
}

/** Keeps external ids of people unreadable to whoever has the log alone. */
export interface IdVault {
  seal(id: string): string;
  /** @throws InternalError when the key is not the one that it was sealed with */
  open(sealed: string): string;
}

/** One folder of networks/, as the rest of the program sees it. */
export interface Network {
  name: NetworkName;
  title: string;
  /** What a goal of that event is called here where it is not mapped; absent: every goal needs a mapping. */
  defaultMapping?: (event: string) => Mapping;
  /** What a connection needs for test events to go out without a test mapping, in words: `test_event_code`. */
  testArea?: string;
  /** What somebody who sends test events should know, in a sentence. */
  testCaution?: string;
  /** Whether a browser pixel reports conversions here too, under an id that both sides send (product-behaviour.md S4). */
  sharesEventIds: boolean;
  /** The environment variables of a connection (contract.md section 2). */
  variables: VariableRules;
  /** The authorization server that renews a connection's tokens; absent: tokens are not renewed. */
  findLogin?(connection: Connection): OAuthProvider;
  /** How it is connected; loaded only when somebody connects. */
  loadConnector(): Promise<Connector>;
  /** What `doctor` can ask it; loaded only when somebody asks. */
  loadPreflight?(): Promise<Preflight>;
  /** Loads what lists the definitions of an account; absent: its API cannot list what goals are mapped to. */
  loadDefinitions?(): Promise<ListDefinitions>;
  /** Checks the shape of a mapping; a sentence saying what is expected when it is wrong. */
  checkMapping(mapping: Mapping, api: string | undefined): string | undefined;
  /** Hashes and keeps what this network may be told. Pure. */
  prepare(event: ConversionEvent, settings: Settings): Facts;
  open(connection: Connection, settings: Settings): Channel;
  /** The channel of audience lists, over the same connection; absent: the network has none here. */
  openAudiences?(connection: Connection, settings: Settings, vault: IdVault): Channel;
}
