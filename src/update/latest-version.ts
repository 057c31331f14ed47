import type { HttpClient } from '../http/http.js';
import { isJsonObject } from '../json.js';
import { textBefore } from '../text-ends.js';

/** The registry that packages come from. */
const REGISTRY = 'https://registry.npmjs.org';
/** `MAJOR.MINOR.PATCH`; what is released for trying out (`-beta`) is not spoken of. */
const VERSION = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/;

/**
 * The newest version of a package in the npm registry; undefined where the registry does not know
 * it or says something else.
 * @throws ConnectionFault when there is no answer; AbortError.
 */
export async function fetchLatestVersion(
  http: HttpClient,
  packageName: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const url = `${REGISTRY}/${packageName}/latest`;
  const answer = await http.send(
    { method: 'GET', url, headers: { accept: 'application/json' } },
    { signal },
  );
  if (answer.status !== 200) return undefined;
  const content = parse(answer.body.toString());
  if (!isJsonObject(content) || content['name'] !== packageName) return undefined;
  const { version } = content;
  return typeof version === 'string' && VERSION.test(version) ? version : undefined;
}

/** Whether version `candidate` is newer than `present`. An invalid version is never newer. */
export function isNewer(candidate: string, present: string): boolean {
  const [theirs, ours] = [VERSION.exec(candidate), VERSION.exec(textBefore(present, /[-+]/))];
  if (!theirs || !ours) return false;
  for (const part of [1, 2, 3]) {
    const difference = Number(theirs[part]) - Number(ours[part]);
    if (difference !== 0) return difference > 0;
  }
  // A release comes after what was released for trying it out.
  return present.includes('-');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
