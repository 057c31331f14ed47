/**
 * The version of the Graph API that is spoken, in this one place: the one of Meta's current documentation (networks.md
 * section 1). A version serves the Conversions API for at least two years; a call without one fails.
 */
export const GRAPH_VERSION = 'v25.0';

/** Where every call goes but the consent page's. */
export const GRAPH_URL = `https://graph.facebook.com/${GRAPH_VERSION}`;

/** The consent page of Facebook Login. */
export const DIALOG_URL = `https://www.facebook.com/${GRAPH_VERSION}/dialog/oauth`;
