import { parseExactJson, readId } from '../../exact-json.js';
import { cleanOutsideText } from '../../outside-text.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { AccountCandidate } from '../connector.js';
import { isRegion, type Region } from './regions.js';
import { readRemoteId } from '../remote-text.js';

/** An advertiser that conversions can be sent to. */
export interface AmazonAccount extends AccountCandidate {
  region: Region;
  /** The call that named it. */
  source: 'advertiserAccounts' | 'profiles' | 'definitions';
}

/** One page of a list. */
export interface AccountPage {
  candidates: AmazonAccount[];
  nextToken?: string;
}

/** A profile that may hold DSP advertisers. */
export interface DspProfile {
  profileId: string;
  name: string;
  country?: string;
}

const CLOSED = ['ARCHIVED', 'REJECTED'];

/**
 * Reads an answer of `query/advertiserAccounts` (AdvertiserAccountSuccessResponse of the Amazon Ads
 * API v1 specification). Accounts without a DSP advertiser id take no conversions and are left out.
 * Pure.
 * @throws SyntaxError when it is not JSON.
 */
export function readAdvertiserAccounts(body: Buffer, hostRegion: Region): AccountPage {
  const answer = readObject(body);
  const candidates = listOf(answer['advertiserAccounts']).flatMap((account) => {
    const status = isJsonObject(account['status']) ? account['status']['statusCode'] : undefined;
    if (CLOSED.includes(String(status))) return [];
    return listOf(account['alternateIds']).flatMap((ids) =>
      readAlternateId(account, ids, hostRegion),
    );
  });
  const nextToken = readId(answer['nextToken']);
  return nextToken === undefined ? { candidates } : { candidates, nextToken };
}

function readAlternateId(
  account: JsonObject,
  ids: JsonObject,
  hostRegion: Region,
): AmazonAccount[] {
  const id = readRemoteId(ids['dspAdvertiserId']);
  if (id === undefined) return [];
  const region = readRemoteId(ids['region'])?.toLowerCase();
  return [
    withIds(
      {
        region: isRegion(region) ? region : hostRegion,
        account: id,
        name: nameOf(account['displayName'], id),
        isTest: account['isTestAccount'] === true,
        source: 'advertiserAccounts',
      },
      ids,
    ),
  ];
}

/**
 * Reads an answer of `GET /v2/profiles`: DSP entries are of type `agency`, the others sell by
 * sponsored ads. Pure.
 */
export function readDspProfiles(body: Buffer): DspProfile[] {
  return listOf(parseExactJson(body.toString())).flatMap((profile) => {
    const info = isJsonObject(profile['accountInfo']) ? profile['accountInfo'] : {};
    const profileId = readRemoteId(profile['profileId']);
    if (profileId === undefined || String(info['type']).toLowerCase() !== 'agency') return [];
    const name = nameOf(info['name'], profileId);
    return [withIds({ profileId, name }, { countryCode: profile['countryCode'] })];
  });
}

/** Reads an answer of `GET /dsp/advertisers`, asked for one profile. Pure. */
export function readDspAdvertisers(
  body: Buffer,
  region: Region,
  profile: DspProfile,
): AmazonAccount[] {
  return listOf(readObject(body)['response']).flatMap((advertiser) => {
    const id = readRemoteId(advertiser['advertiserId']);
    if (id === undefined) return [];
    const ids = {
      countryCode: advertiser['country'] ?? profile.country,
      profileId: profile.profileId,
    };
    const name = nameOf(advertiser['name'], id);
    return [
      withIds({ region, account: id, name, isTest: false, source: 'profiles' as const }, ids),
    ];
  });
}

function withIds<T extends object>(
  to: T,
  ids: JsonObject,
): T & { profileId?: string; country?: string } {
  const profileId = readRemoteId(ids['profileId']);
  const country = readRemoteId(ids['countryCode']);
  return {
    ...to,
    ...(profileId === undefined ? {} : { profileId }),
    ...(country === undefined ? {} : { country }),
  };
}

function nameOf(value: unknown, fallback: string): string {
  return typeof value === 'string' && value.trim() !== '' ? cleanOutsideText(value, 100) : fallback;
}

function readObject(body: Buffer): JsonObject {
  const value = parseExactJson(body.toString());
  return isJsonObject(value) ? value : {};
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
