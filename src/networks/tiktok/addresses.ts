/** The API for Business. Every path ends in a slash: without it the address is another one. */
const ORIGIN = 'https://business-api.tiktok.com';
const API = `${ORIGIN}/open_api/v1.3`;

export const TIKTOK_API = {
  track: `${API}/event/track/`,
  authorize: `${ORIGIN}/portal/auth`,
  token: `${API}/oauth2/access_token/`,
  advertisers: `${API}/oauth2/advertiser/get/`,
  pixels: `${API}/pixel/list/`,
} as const;
