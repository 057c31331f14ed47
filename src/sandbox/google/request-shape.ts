import {
  enumShape,
  flagShape,
  listShape,
  messageShape,
  momentShape,
  numberShape,
  textShape,
} from './json-shape.js';

const account = messageShape({
  accountType: enumShape('ProductAccount.AccountType', [
    'GOOGLE_ADS',
    'DISPLAY_VIDEO_ADVERTISER',
    'DATA_PARTNER',
  ]),
  accountId: textShape,
});
const status = enumShape('ConsentStatus', [
  'CONSENT_GRANTED',
  'CONSENT_DENIED',
  'CONSENT_STATUS_UNSPECIFIED',
]);
const consent = messageShape({ adUserData: status, adPersonalization: status });
const device = messageShape({ userAgent: textShape, ipAddress: textShape });
const address = messageShape({
  givenName: textShape,
  familyName: textShape,
  regionCode: textShape,
  postalCode: textShape,
});

/**
 * `EventSource` (https://developers.google.com/data-manager/api/reference/rest/v1/events/ingest,
 * 2026-11-30).
 */
const EVENT_SOURCES = [
  'EVENT_SOURCE_UNSPECIFIED',
  'WEB',
  'APP',
  'IN_STORE',
  'PHONE',
  'MESSAGE',
  'OTHER',
];

/** `IngestEventsRequest` of the Data Manager API, as far as conversions of Google Ads need it. */
export const requestShape = messageShape({
  destinations: listShape(
    messageShape({
      reference: textShape,
      operatingAccount: account,
      loginAccount: account,
      linkedAccount: account,
      productDestinationId: textShape,
    }),
  ),
  events: listShape(
    messageShape({
      destinationReferences: listShape(textShape),
      transactionId: textShape,
      eventTimestamp: momentShape,
      lastUpdatedTimestamp: momentShape,
      eventSource: enumShape('EventSource', EVENT_SOURCES),
      adIdentifiers: messageShape({
        gclid: textShape,
        gbraid: textShape,
        wbraid: textShape,
        dclid: textShape,
        sessionAttributes: textShape,
        landingPageDeviceInfo: device,
      }),
      userData: messageShape({
        userIdentifiers: listShape(
          messageShape({ emailAddress: textShape, phoneNumber: textShape, address }),
        ),
      }),
      conversionValue: numberShape,
      currency: textShape,
      consent,
      eventDeviceInfo: device,
    }),
  ),
  consent,
  encoding: enumShape('Encoding', ['HEX', 'BASE64']),
  validateOnly: flagShape,
});

export interface ProductAccount {
  accountType?: string;
  accountId?: string;
}

export interface IngestDestination {
  reference?: string;
  operatingAccount?: ProductAccount;
  loginAccount?: ProductAccount;
  productDestinationId?: string;
}

export interface IngestEvent {
  destinationReferences?: string[];
  transactionId?: string;
  eventTimestamp?: string;
  eventSource?: string;
  adIdentifiers?: { gclid?: string; gbraid?: string; wbraid?: string; dclid?: string };
  userData?: {
    userIdentifiers?: { emailAddress?: string; phoneNumber?: string; address?: object }[];
  };
  conversionValue?: number | string;
  currency?: string;
  consent?: { adUserData?: string; adPersonalization?: string };
}

/** A body that {@link requestShape} has let through. */
export interface IngestRequest {
  destinations?: IngestDestination[];
  events?: IngestEvent[];
  consent?: IngestEvent['consent'];
  encoding?: 'HEX' | 'BASE64';
  validateOnly?: boolean;
}
