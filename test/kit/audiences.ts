import { defaultSettings, type Settings } from '../../src/config/settings.js';
import {
  prepareAudienceContent,
  type AmazonAudienceContent,
  type AudiencePayload,
} from '../../src/networks/amazon/audience-payload.js';
import type { AudienceDefaults, AudienceTarget } from '../../src/networks/audience-network.js';
import { openAmazonAudiences } from '../../src/networks/amazon/audience-channel.js';
import type {
  Channel,
  Connection,
  IdEncryptor,
  Outgoing,
  Skip,
} from '../../src/networks/network.js';
import { readPersonRecord } from '../../src/people/person-fields.js';
import { makeAmazonConnection } from './amazon.js';

/** Seals by turning round: what is sealed is not what is sent. */
export const MIRROR_ENCRYPTOR: IdEncryptor = {
  seal: (id) => Array.from(id).reverse().join(''),
  open: (encrypted) => Array.from(encrypted).reverse().join(''),
};

/** What Amazon would be told of a line, or why nothing. */
export function prepareLine(
  record: Record<string, unknown>,
  settings: Partial<Settings> = {},
  defaults: AudienceDefaults = { region: 'na' },
): AmazonAudienceContent | Skip {
  return prepareAudienceContent(
    readPersonRecord(record),
    { ...defaultSettings(), ...settings },
    defaults,
  );
}

/** What delivery would send of a line. */
export function makeRecord(
  record: Record<string, unknown>,
  list: AudienceTarget,
  settings?: Partial<Settings>,
): Outgoing {
  const content = prepareLine(record, settings);
  if ('reason' in content) throw new Error(content.message);
  const facts: AudiencePayload = {
    list,
    who: MIRROR_ENCRYPTOR.seal(String(record['externalUserId'])),
    ...content,
  };
  const postback = {
    id: '00112233445566778899aabbccddeeff',
    dedupeId: '00112233445566778899aabbccddeeff',
    network: 'amazon' as const,
    goal: `audience:${list.id}`,
    goalName: 'High value',
    event: 'audience_create',
    eventId: 'change-1',
    eventTimeMs: 0,
    test: false,
    facts,
  };
  return { postback, mapping: list.id };
}

export function openAudiences(connection: Partial<Connection> = {}): Channel {
  return openAmazonAudiences(makeAmazonConnection(connection), defaultSettings(), MIRROR_ENCRYPTOR);
}
