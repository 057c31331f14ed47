import type { JsonObject } from '../json.js';

/** Fields whose text is kept: consent strings. */
export const TEXT_FIELDS = ['tcf', 'gpp', 'gppSid', 'usPrivacy'] as const;
/** Fields that hold one answer. */
export const STATUS_FIELDS = [
  'amznUserData',
  'amznAdStorage',
  'adUserData',
  'adPersonalization',
  'adStorage',
  'analyticsStorage',
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];
export type StatusField = (typeof STATUS_FIELDS)[number];

/**
 * The one list of fields that carry consent, by the names that they have in events, contexts and
 * consent managers; the first is ours. Sources: IAB TCF, GPP and US Privacy (in-app keys
 * `IABTCF_TCString`, `IABGPP_HDR_GppString`, `IABUSPrivacy_String`), W3C Global Privacy Control,
 * Google consent mode, Amazon's Events API, OneTrust, Segment and RudderStack
 * (docs/development/decisions/consent-words.md).
 */
export const CONSENT_CARRIERS = {
  level: ['consent_level', 'consentlevel', 'consentLevel', 'consent_status', 'consentStatus'],
  tcf: [
    ...[
      'tcf',
      'tcf_string',
      'tcfString',
      'tc_string',
      'tcString',
      'tcfConsent',
      'tcf_consent',
      'IABTCF_TCString',
    ],
    ...['gdpr_consent', 'gdprConsent', 'euconsent', 'euconsent_v2', 'euconsent-v2'],
  ],
  gpp: ['gpp', 'gpp_string', 'gppString', 'gpp_consent', 'gppConsent', 'IABGPP_HDR_GppString'],
  gppSid: ['gpp_sid', 'gppSid', 'gpp_sections', 'IABGPP_GppSID'],
  usPrivacy: [
    ...[
      'us_privacy',
      'usPrivacy',
      'usprivacy',
      'us_privacy_string',
      'usPrivacyString',
      'usp_string',
      'uspString',
    ],
    ...['usp', 'uspConsent', 'usp_consent', 'ccpa_string', 'ccpaString', 'IABUSPrivacy_String'],
  ],
  gpc: [
    'gpc',
    'globalPrivacyControl',
    'global_privacy_control',
    'sec_gpc',
    'Sec-GPC',
    'sec-gpc',
    'secGpc',
  ],
  amznUserData: ['amzn_user_data', 'amznUserData'],
  amznAdStorage: ['amzn_ad_storage', 'amznAdStorage'],
  adUserData: ['ad_user_data', 'adUserData', 'adUserDataConsent', 'ad_user_data_consent'],
  adPersonalization: ['ad_personalization', 'adPersonalization', 'ad_personalisation'],
  adStorage: ['ad_storage', 'adStorage', 'ads_storage', 'adsStorage'],
  analyticsStorage: ['analytics_storage', 'analyticsStorage'],
  limitedDataUse: [
    ...[
      'limited_data_use',
      'limitedDataUse',
      'do_not_sell',
      'doNotSell',
      'ccpa_opt_out',
      'ccpaOptOut',
    ],
    ...['restricted_data_processing', 'restrictedDataProcessing'],
  ],
  dataProcessing: ['data_processing_options', 'dataProcessingOptions'],
  categories: [
    ...['categoryPreferences', 'category_preferences', 'consent_categories', 'consentCategories'],
    ...[
      'OnetrustActiveGroups',
      'OneTrustActiveGroups',
      'onetrustActiveGroups',
      'oneTrustActiveGroups',
    ],
    ...[
      'onetrust_active_groups',
      'one_trust_active_groups',
      'OptanonActiveGroups',
      'optanonActiveGroups',
    ],
    ...[
      'optanon_active_groups',
      'OptanonConsent',
      'optanonConsent',
      'optanon_consent',
      'onetrust',
      'oneTrust',
    ],
    ...['consent_groups', 'consentGroups', 'consent_preferences', 'consentPreferences', 'consents'],
    ...['cookie_consent', 'cookieConsent', 'CookieConsent', 'consent_purposes', 'consentPurposes'],
  ],
  adsAnswer: [
    ...['ad_consent', 'adConsent', 'ads_consent', 'adsConsent', 'consent_ads', 'consentAds'],
    ...['advertising_consent', 'advertisingConsent', 'consent_advertising', 'consentAdvertising'],
    ...['marketing_consent', 'marketingConsent', 'consent_marketing', 'consentMarketing'],
    ...['targeting_consent', 'targetingConsent', 'tracking_consent', 'trackingConsent'],
  ],
  consent: ['consent'],
  management: ['consentManagement', 'consent_management'],
} as const;
export type Carrier = keyof typeof CONSENT_CARRIERS;

/** The carrier that each name stands for. */
export const CARRIERS: ReadonlyMap<string, Carrier> = new Map(
  Object.entries(CONSENT_CARRIERS).flatMap(([carrier, names]) =>
    names.map((name) => [name, carrier as Carrier]),
  ),
);
/** The order of the names of one carrier: the first is ours, and goes before the others. */
export const NAME_RANKS: ReadonlyMap<string, number> = new Map(
  Object.values(CONSENT_CARRIERS).flatMap((names) =>
    names.map((name, rank) => [name as string, rank] as const),
  ),
);
/** More than the names that any carrier has. */
export const NAMES_PER_CARRIER = 100;

/** All names of {@link CONSENT_CARRIERS}. */
export const CONSENT_NAMES: readonly string[] = [...CARRIERS.keys()];

/**
 * Whether a message has a consent field other than `consentLevel`. The list is short because every
 * line is checked. Other fields are read only in `properties` and `context`.
 */
export function hasConsentCarrier(message: JsonObject): boolean {
  return (
    message['consent'] !== undefined ||
    message['consent_level'] !== undefined ||
    message['consentManagement'] !== undefined ||
    message['ad_user_data'] !== undefined ||
    message['tcf'] !== undefined ||
    message['gpp'] !== undefined ||
    message['us_privacy'] !== undefined ||
    message['gpc'] !== undefined
  );
}
