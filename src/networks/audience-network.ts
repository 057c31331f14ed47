import type { Settings } from '../config/settings.js';
import type { HttpAnswer, HttpRequest } from '../http/http.js';
import type { MembershipAction, Person } from '../people/person.js';
import type { Connection, Skip } from './network.js';

/** A list as its records have to name it. */
export interface AudienceTarget {
  /** The network's id; digits of a 64-bit number at Amazon. */
  id: string;
  /** The AMC connection that it was made for; absent: it is an advertiser's. */
  connectionId?: string;
}

/**
 * All that the network is told of one person in a list, but for the external id: pure JSON, hashed.
 * Each network adds its own fields.
 */
export interface AudienceContent {
  action: MembershipAction;
}

/** The payload of one record; `who` is the encrypted external id. */
export interface AudienceRecord extends AudienceContent {
  list: AudienceTarget;
  who: string;
}

/** Where the person lives by the list, where the line does not say. */
export interface AudienceDefaults {
  country?: string;
  /** Of the connection. */
  region: string;
}

/** What a list is made with. */
export interface ListOptions {
  name: string;
  description: string;
  externalId: string;
  /** ISO 3166-1 alpha-2, for records that name none. */
  country?: string;
  ttlSeconds?: number;
  /** An AMC connection instead of the advertiser of the account. */
  connectionId?: string;
  /** Another advertiser than that of the account; digits. */
  advertiserId?: string;
}

/** A list as the network describes it. */
export interface ListReport {
  id: string;
  name?: string;
  country?: string;
  ttlSeconds?: number;
  /** Records that were received, people that were matched, and members who can be reached. */
  received?: number;
  matched?: number;
  size?: number;
}

/**
 * What the upload of records is doing (Amazon's specification "Advertiser audiences", jobState).
 */
export type JobState = 'PENDING' | 'SUCCEEDED' | 'COMPLETED' | 'PARTIALLYSUCCEEDED' | 'FAILED';

/** An upload as the network describes it. */
export interface JobReport {
  state: JobState;
  /** Percent of the records that were processed without errors. */
  processedRate?: number;
  /** External ids of records that were refused, with why. */
  invalid: { externalId: string; error: string }[];
}

/**
 * What `audiences` needs of a network that keeps audience lists, in addition to the channel of
 * their records. Requests and readers are pure.
 */
export interface AudienceApi {
  /** The scope that a grant needs for lists. */
  scope: string;
  /** Lowest and highest length of texts in characters, and time to live in seconds. */
  limits: Record<'name' | 'description' | 'ttlSeconds', readonly [number, number]>;
  /** Longest time until the network decides on an upload, in milliseconds. */
  jobPatienceMs: number;
  /** @throws AuthError when the connection is incomplete */
  checkConnection(connection: Connection): void;
  /** Returns the request that makes a list. */
  renderCreation(connection: Connection, wanted: ListOptions, accessToken: string): HttpRequest;
  /** Returns the request that reads what the network knows of a list. */
  renderQuery(connection: Connection, id: string, accessToken: string): HttpRequest;
  /** Returns the request that reads what became of an upload. */
  renderJobQuery(connection: Connection, job: string, accessToken: string): HttpRequest;
  /** Returns the id of the list that was made. @throws as `explainRefusal` returns */
  readCreated(answer: HttpAnswer): string;
  /** Returns what the network knows of a list. @throws as `explainRefusal` returns */
  readList(answer: HttpAnswer): ListReport;
  /** Returns the status of an upload; undefined where the answer has none. */
  readJob(answer: HttpAnswer): JobReport | undefined;
  /** Describes an answer that has no readable status. */
  describeJobAnswer(answer: HttpAnswer): string;
  /** Returns why a call on a list did not do what it was to do. */
  explainRefusal(answer: HttpAnswer): Error;
  /**
   * Hashes and keeps what the network may be told of a person, or says why it may be told nothing.
   */
  prepare(person: Person, settings: Settings, defaults: AudienceDefaults): AudienceContent | Skip;
}
