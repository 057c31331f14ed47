/** A pixel id or a Snap App ID: both are UUIDs. */
export const ASSET_FORM = {
  pattern: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/,
  words: 'a UUID such as 5bf81ee1-15b1-4dc1-b636-d7dae49b950e',
};

/** A sentence saying what is expected when `asset` cannot be a pixel id or a Snap App ID. */
export function checkAsset(asset: string): string | undefined {
  return ASSET_FORM.pattern.test(asset)
    ? undefined
    : `expected ${ASSET_FORM.words}, as Events Manager shows it`;
}

/**
 * Where events of a pixel or an app go. Test events are only validated, at an address of theirs.
 */
export function eventsUrl(asset: string, isTest: boolean, accessToken: string): string {
  const path = isTest ? 'events/validate' : 'events';
  const token = encodeURIComponent(accessToken);
  return `${ORIGIN}/v3/${encodeURIComponent(asset)}/${path}?access_token=${token}`;
}

export const ORIGIN = 'https://tr.snapchat.com';
