import type { OutcomeKind } from '../network.js';

/**
 * The return codes of TikTok's API for Business and what each means for the events of a request.
 * Source: `NumericErrorCodes` in TikTok's official SDK,
 * https://github.com/tiktok/tiktok-business-api-sdk/blob/f809c39/python_sdk/business_api_client/tiktok_business/tiktok_code.py
 * (2026-02-27). The names are TikTok's, without the prefix `ERROR_CODE_`. The SDK gives no
 * meanings; docs/development/decisions/tiktok-errors.md says why each code is classified as it is.
 */
const NAMED_CODES = {
  payload: {
    PARTIAL_OK: 20001,
    INVALID_PARAMS: 40000,
    PARAM_ERROR: 40002,
    INVALID_BATCH_SIZE: 40061,
    PII_NOT_HASHED: 40062,
  },
  credential: {
    PERMISSION_ERROR: 40001,
    FORBIDDEN: 40003,
    INVALID_PARTNER: 40101,
    ACCESS_TOKEN_EXPIRE: 40102,
    REFRESH_TOKEN_EXPIRE: 40103,
    EMPTY_ACCESS_TOKEN: 40104,
    INVALID_ACCESS_TOKEN: 40105,
    INVALID_CORE_USER: 40106,
    INVALID_REFRESH_TOKEN: 40107,
    INVALID_GRANT_TYPE: 40108,
    ERROR_AES_DECIPHER: 40109,
    AUTH_CODE_ERROR: 40110,
    PASSWORD_ERROR: 40112,
    APP_FORBIDDEN: 40113,
    ADVERTISER_LOGOUT: 40114,
    AUTH_TIMESTAMP_EXPIRE: 40115,
    AUTH_SIG_ERROR: 40116,
    APP_METHOD_FORBIDDEN: 40117,
    NOT_IN_WHITELIST: 40118,
    NOT_SAME_IDENTITY: 40119,
    TIKTOK_USER_NOT_LOGGED_IN: 40120,
    NOT_A_TCM_CREATOR: 40121,
    TCM_CREATOR_INVALID_COUNTRY: 40122,
    DEVELOPER_REJECTED: 40124,
    DEVELOPER_NO_PERMISSION: 40125,
    GARM_SINGLE_AUTH_FAILED: 40126,
    GARM_DOUBLE_AUTH_FAILED: 40127,
    GARM_SINGLE_VALIDATE_ERROR: 40128,
    GARM_DOUBLE_VALIDATE_ERROR: 40129,
    SCOPE_NOT_AUTHORIZED: 40130,
    SCOPE_TT_USER_OAUTH_FAILED: 40131,
    ADVERTISER_NOT_EXIST: 40300,
    ADVERTISER_ROLE_ERROR: 40301,
    CUSTOMER_ADVERTISER_NOT_EXIST: 40302,
    REQUIRE_LOGIN: 40309,
    SIGNATURE_ERROR: 40900,
    BLOCKED: 41000,
    INVALID_BIZ_AUTH_TYPE: 70001,
  },
  throttled: {
    REQUEST_TOO_FREQUENT: 40100,
    REQUEST_FREQUENCY_LIMITED: 40132,
    TOO_MANY_REQUESTS_BL: 61000,
  },
  transient: {
    DUPLICATED_REQUEST: 40050,
    GENERAL_TASK_ERROR: 40200,
    TASK_NOT_READY: 40201,
    WRITE_CONFLICT: 40202,
    RPC_VALIDATION_ERROR: 40700,
    SYS_ERROR: 50000,
    SYS_TIMEOUT: 50002,
    RPC_ERROR: 51000,
    STATISTICS_ERROR: 51001,
    BUILD_STONE_ERROR: 51002,
    DMP_ERROR: 51003,
    LEGO_SERVICE_ERROR: 51004,
    SMART_PLAYER_ERROR: 51005,
    JUPITER_ERROR: 51006,
    OVERTURE_STAT_CENTRAL_ERROR: 51007,
    ADVERTISER_ERROR: 51008,
    DPA_ERROR: 51009,
    INTERNAL_TIME_OUT: 51010,
    SEARCH_ERROR: 51011,
    PIXEL_ERROR: 51012,
    LEGO_SERVICE_SYNC_ERROR: 51014,
    GRANTING_SERVICE_ERROR: 51015,
    ACCOUNT_ERROR: 51016,
    VIDEO_TRANSCODE_SERVICE_ERROR: 51017,
    AGENT_SERVICE_ERROR: 51018,
    IMAGE_CUT_ERROR: 51019,
    ORDER_CENTER_SERVICE_ERROR: 51020,
    USER_PASSPORT_SERVICE_ERROR: 51030,
    PLATFORM_ACCOUNT_SERVICE_ERROR: 51031,
    PLAYABLE_SERVICE_ERROR: 51032,
    TOOLBOX_ERROR: 51033,
    AD_MACHINE_AUDIT_ZEPHYR: 51034,
    SATELLITE_ERROR: 51035,
    TETRIS_ERROR: 51036,
    ASYNC_TASK_ERROR: 51037,
    UNION_TREASURE_BOX_ERROR: 51038,
    AUTH_SERVICE_ERROR: 51039,
    ADVERTISER_INFO_ERROR: 51040,
    AD_GARM_SERVICE_ERROR: 51041,
    LEGO_BUSINESS_SERVICE_ERROR: 51042,
    CREATIVE_PLATFORM_SERVICE_ERROR: 51043,
    DPA_PLATFORM_ERROR: 51044,
    AD_FILE_SERVICE_ERROR: 51045,
    SIRIUS_SERVICE_ERROR: 51046,
    SUBSCRIPTION_ERROR: 51047,
    ADS_PREVIEW_ERROR: 51048,
    DPA_RENDER_GATEWAY_ERROR: 51049,
    MEASUREMENT_STONE_ERROR: 51050,
    MANUAL_REVIEW_ERROR: 51051,
    OPTIMIZER_ERROR: 51052,
    DPA_CATALOG_BUSINESS_ERROR: 51053,
    CRM_ERROR: 51054,
    GCRM_ERROR: 51055,
    ADVERTISER_ACCOUNT_SERVICE_ERROR: 51056,
    APP_ERROR: 51057,
    POSTER_SERVICE_ERROR: 51058,
    CONFIG_SERVICE_ERROR: 51059,
    BC_RPC_ERROR: 51060,
    BM_SERVICE_ERROR: 51061,
    IMAGEX_SERVICE_ERROR: 51062,
    SEGMENT_GATEWAY_SERVICE_ERROR: 51063,
    ECO_GAME_MANAGER_SERVICE_ERROR: 51064,
    TTOP_SERVICE_ERROR: 51065,
    SUGGESTION_ENGINE_SERVICE_ERROR: 51066,
    VIDEOARCH_SERVICE_ERROR: 51067,
    STATISTICS_NEW_ERROR: 51099,
    DB_ERROR: 52000,
    DB_READ_ERROR: 52001,
    DB_WRITE_ERROR: 52002,
    DB_PARTITION_ERROR: 52003,
    RDS_ERROR: 52100,
    RDS_READ_ERROR: 52101,
    RDS_WRITE_ERROR: 52102,
    RDS_TIMEOUT_ERROR: 52103,
    TOS_ERROR: 52201,
    TOS_UPLOAD_TIMEOUT: 52202,
    TOS_HEAD_OBJECT: 52203,
    TOS_PUT_OBJECT: 52204,
    DESERIALIZATION_ERROR: 53102,
    SERIALIZATION_ERROR: 53103,
    MAINTENANCE: 60001,
  },
  configuration: {
    VERSION_ERROR: 40006,
    NOT_EXIST: 40007,
    NOT_IMPL: 40008,
    UNSUPPORTED_IN_SANDBOX: 40009,
    UNSUPPORTED_DOMAIN: 40010,
    ID_LIMIT_EXCEED: 40011,
    NO_UPDATE: 40012,
    SANDBOX_ADV_NOT_EXIST: 40013,
    INVALID_CLUSTER: 40014,
    BIZ_FC_ERROR: 40016,
    INVALID_API_VERSION: 40051,
    ACO_MATERIAL_EXIST: 40052,
    VIDEO_ID_INVALID_ERROR: 40053,
    INVALID_PARTNER_NAME: 40063,
    ROUTE_NOT_FOUND: 40400,
    AD_NUMBER_LIMIT: 40502,
    VIDEO_TRANSCODING: 40901,
    URL_FETCH_TIMEOUT: 40902,
    URL_UNAVAILABLE: 40903,
    IMAGE_ILLEGAL_CONTENT: 40904,
    FILE_NOT_EXIST: 40905,
    FILE_EMPTY: 40906,
    FILE_TOO_LARGE: 40907,
    FILE_TYPE_ERROR: 40908,
    FILE_CALCULATE_TYPE_ERROR: 40909,
    FILE_EXPIRED: 40910,
    DUPLICATED_MATERIAL_NAME: 40911,
    IMAGE_UNAVAILABLE: 40912,
    IMAGE_FETCH_TIMEOUT: 40913,
    URL_FETCH_ERROR: 40914,
    FILE_UPLOAD_INVALID: 40915,
    VIDEO_ILLEGAL_CONTENT: 40916,
    INTERFACE_OFFLINE: 41001,
    FIELDS_OFFLINE: 41002,
    SITE_TO_VIDEO_SERVICE_ERROR: 41013,
  },
} as const satisfies Partial<Record<OutcomeKind, Readonly<Record<string, number>>>>;

const CODED_KINDS = ['payload', 'credential', 'throttled', 'transient', 'configuration'] as const;

/**
 * Every return code of the official list except 0, with what it means for the events of a request.
 */
export const RETURN_CODES: ReadonlyMap<number, OutcomeKind> = new Map(
  CODED_KINDS.flatMap((kind) =>
    Object.values<number>(NAMED_CODES[kind]).map((code) => [code, kind] as const),
  ),
);

/** "Partial success": the events that the message names were refused, the others taken. */
export const PARTIAL_OK = NAMED_CODES.payload.PARTIAL_OK;

/** Codes whose message decides between a bad event and a bad connection. */
const PARAMETER_CODES: ReadonlySet<number> = new Set([
  NAMED_CODES.payload.INVALID_PARAMS,
  NAMED_CODES.payload.PARAM_ERROR,
]);

/** Whether `code` complains of a parameter, which may be an event's or the connection's. */
export function isParameterCode(code: number): boolean {
  return PARAMETER_CODES.has(code);
}

/**
 * Classes of codes, for a code that the official list does not have: the first range that holds it
 * decides. An unknown parameter code is a payload fault, so that one bad event is found by halving.
 */
const CLASSES: readonly { from: number; to: number; kind: OutcomeKind }[] = [
  { from: 40_000, to: 40_099, kind: 'payload' },
  { from: 40_100, to: 40_199, kind: 'credential' },
  { from: 40_200, to: 40_299, kind: 'transient' },
  { from: 40_300, to: 40_399, kind: 'credential' },
  { from: 40_700, to: 40_799, kind: 'transient' },
  { from: 50_000, to: 60_999, kind: 'transient' },
  { from: 61_000, to: 61_999, kind: 'throttled' },
];

/** Classifies an unlisted code by its range; a code outside all ranges is a configuration error. */
export function classifyByRange(code: number): OutcomeKind {
  return CLASSES.find(({ from, to }) => code >= from && code <= to)?.kind ?? 'configuration';
}
