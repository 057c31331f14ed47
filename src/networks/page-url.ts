/** Query parameters that name a person by what they are called. */
const PERSONAL_NAME =
  /^(?:e-?mail|mail|phone|tel|mobile|name|first_?name|last_?name|full_?name|user(?:_?(?:id|name))?|login|address|city|zip|postal_?code|dob|birth_?(?:day|date)|password|pass|token|access_token|session(?:_?id)?|auth|key|secret)$/i;
/** An email address in any parameter. */
const PERSONAL_VALUE = /@/;

/**
 * Where it happened, as a network may be told: an http or https URL without login, fragment and the
 * query parameters that would name a person (an address, a session, a key), which sites put there
 * by mistake. Undefined when it is no such URL.
 */
export function readPageUrl(text: string | undefined): string | undefined {
  const url = parse(text?.trim());
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return undefined;
  url.username = '';
  url.password = '';
  url.hash = '';
  const kept = url.search.slice(1).split('&').filter(isImpersonal).join('&');
  if (kept !== url.search.slice(1)) url.search = kept;
  return url.href;
}

function parse(text: string | undefined): URL | undefined {
  try {
    return text ? new URL(text) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Checks the decoded pair. The URL keeps its encoding, because a click id must not be re-encoded.
 */
function isImpersonal(pair: string): boolean {
  const [[name, value] = ['', '']] = new URLSearchParams(pair);
  return !PERSONAL_NAME.test(name) && !PERSONAL_VALUE.test(value);
}
