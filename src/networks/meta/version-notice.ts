import type { HttpAnswer } from '../../http/http.js';
import { readRemoteText } from '../remote-text.js';
import { GRAPH_VERSION } from './graph.js';

/**
 * What Meta's headers say about the version of the Graph API: that another one answered
 * (`facebook-api-version`), or a warning (`x-ad-api-version-warning`). Undefined where all is as it
 * should be. Meta upgrades calls to an ended version silently:
 * https://developers.facebook.com/docs/marketing-api/versions (read 2026-11-30).
 */
export function readVersionNotice({ headers }: Pick<HttpAnswer, 'headers'>): string | undefined {
  const answered = readRemoteText(headers['facebook-api-version']);
  const warned = readRemoteText(headers['x-ad-api-version-warning']);
  const parts: string[] = [];
  if (answered !== undefined && answered !== GRAPH_VERSION) {
    parts.push(`Meta used Graph API ${answered} instead of ${GRAPH_VERSION}.`);
  }
  if (warned !== undefined) parts.push(`Meta warns about the API version: ${warned}`);
  return parts.length === 0 ? undefined : parts.join(' ');
}
