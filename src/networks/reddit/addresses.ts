/** The Ads API v3; conversions go to a pixel of it. */
export const API_URL = 'https://ads-api.reddit.com/api/v3';

/** Where conversions of a pixel go. */
export function conversionEventsUrl(pixel: string): string {
  return `${API_URL}/pixels/${encodeURIComponent(pixel)}/conversion_events`;
}
