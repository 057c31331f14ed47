/**
 * The Graph API version of every call. A call without a version fails.
 * https://developers.facebook.com/docs/graph-api/changelog/versions (read 2026-11-30).
 */
export const GRAPH_VERSION = 'v25.0';

/** When Meta stops serving {@link GRAPH_VERSION}: a call is then answered by a later version. */
export const GRAPH_VERSION_ENDS = '2028-07-29';

/** The newest version when this was written; Meta released it on 2026-07-29. */
export const GRAPH_NEWEST_VERSION = 'v26.0';

/** Where every call goes but the consent page's. */
export const GRAPH_URL = `https://graph.facebook.com/${GRAPH_VERSION}`;

/** The consent page of Facebook Login. */
export const DIALOG_URL = `https://www.facebook.com/${GRAPH_VERSION}/dialog/oauth`;
