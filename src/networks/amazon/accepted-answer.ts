import { JsonScanner, ScanStopped } from '../json-scanner.js';

/**
 * Whether an answer of either contract says of every one of `count` events that it was accepted, and says nothing else: the
 * answer to nearly every request, told without making objects of all that it repeats. False means "read it", not "refused":
 * what is unusual in any way, down to an escape in a name, is left to {@link classifyAnswer}'s reading, and a test holds the
 * two together.
 * @param hasRequestId the headers name the request already; else the body is read for it
 */
export function isAllAccepted(body: Uint8Array, count: number, indexBase: 0 | 1, hasRequestId: boolean): boolean {
  const scanner = new JsonScanner(body);
  const seen = new Set<string>();
  let accepted = 0;
  try {
    scanner.readObject((name) => {
      // Of a name that comes twice JSON.parse keeps the last.
      if (seen.has(name)) throw new ScanStopped();
      seen.add(name);
      if (name === 'success') accepted = countAccepted(scanner, count, indexBase);
      else if (name === 'error') scanner.readArray(stop);
      else if (name === 'requestId' && !hasRequestId) stop();
      else scanner.skipValue();
    });
    scanner.expectEnd();
  } catch (error) {
    if (error instanceof ScanStopped) return false;
    throw error;
  }
  return accepted === count;
}

/** How many different events the list names. @throws ScanStopped at anything but objects with one index of ours each */
function countAccepted(scanner: JsonScanner, count: number, indexBase: number): number {
  const isAccepted = new Uint8Array(count);
  let accepted = 0;
  scanner.readArray(() => {
    let position = -1;
    scanner.readObject((name) => {
      if (name !== 'index') return scanner.skipValue();
      if (position !== -1) stop();
      position = scanner.readIndex() - indexBase;
    });
    if (position < 0 || position >= count) stop();
    if (isAccepted[position] === 0) accepted++;
    isAccepted[position] = 1;
  });
  return accepted;
}

function stop(): never {
  throw new ScanStopped();
}
