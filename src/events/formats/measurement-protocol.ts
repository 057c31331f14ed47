import { isJsonObject, type JsonObject } from '../../json.js';

/**
 * Whether an object is the body of a GA4 Measurement Protocol request.
 * https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference (2026-11-30)
 */
export function isMeasurementBody(body: JsonObject): boolean {
  return body['client_id'] !== undefined || body['app_instance_id'] !== undefined;
}

/**
 * One event of a Measurement Protocol body as the row that GA4's BigQuery export has of it.
 * @param index of the event in the body, which tells it from one that is otherwise the same
 */
export function toExportRow(event: JsonObject, body: JsonObject, index: number): JsonObject {
  const params: JsonObject = {
    ...personOf(body),
    ...consentOf(body),
    ...objectAt(event, 'params'),
  };
  const { items, ...scalars } = params;
  const country = objectAt(body, 'user_location')['country_id'];
  return {
    event_name: event['name'],
    // An event's own time overrides that of the body.
    event_timestamp: event['timestamp_micros'] ?? body['timestamp_micros'],
    user_pseudo_id: body['client_id'] ?? body['app_instance_id'],
    user_id: body['user_id'],
    batch_event_index: index,
    event_params: Object.entries(scalars).map(([key, value]) => ({
      key,
      value: toParameter(value),
    })),
    ...(items === undefined ? {} : { items }),
    ...(country === undefined ? {} : { geo: { country } }),
    ...(body['app_instance_id'] === undefined ? { platform: 'WEB' } : {}),
  };
}

/** Numbers are whole units here, as those of `double_value` are. */
function toParameter(value: unknown): JsonObject {
  return typeof value === 'number' ? { double_value: value } : { string_value: value };
}

/** `user_data` holds hashes, each one or a list. */
function personOf(body: JsonObject): JsonObject {
  const person = objectAt(body, 'user_data');
  const [address] = listOf(person['address']);
  const home = isJsonObject(address) ? address : {};
  return dropEmpty({
    ip: body['ip_override'],
    email_hash: listOf(person['sha256_email_address'])[0],
    phone_hash: listOf(person['sha256_phone_number'])[0],
    first_name_hash: home['sha256_first_name'],
    last_name_hash: home['sha256_last_name'],
    city: home['city'],
    state: home['region'],
    postal_code: home['postal_code'],
    country: home['country'],
  });
}

/** `non_personalized_ads` is the older word for `ad_personalization: DENIED`. */
function consentOf(body: JsonObject): JsonObject {
  const { ad_user_data, ad_personalization } = objectAt(body, 'consent');
  const isRefused = body['non_personalized_ads'] === true;
  return dropEmpty({ ad_user_data, ad_personalization: isRefused ? 'DENIED' : ad_personalization });
}

function objectAt(record: JsonObject, name: string): JsonObject {
  const value = record[name];
  return isJsonObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function dropEmpty(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}
