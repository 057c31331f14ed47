import { PostbackError } from '../errors.js';
import type { LogLocation } from '../config/log-location.js';
import { describeLogServer, measureLog, withLogReader } from '../log/open-log.js';
import { checkLogServer } from '../status/log-server.js';
import { fail, pass, type Check } from './check.js';
import { formatBytes } from './disk.js';

/**
 * Checks whether the delivery log can be opened and is whole, and the server that it is on. Never
 * throws for what is wrong with it.
 */
export async function* checkDeliveryLog(location: LogLocation): AsyncGenerator<Check> {
  try {
    const server = await describeLogServer(location);
    yield await checkContent(location, server?.shownAddress ?? location.path);
    if (server) yield* checkLogServer(server);
  } catch (error) {
    if (!(error instanceof PostbackError)) throw error;
    yield describeProblem(location, error.message, error.hint);
  }
}

async function checkContent(location: LogLocation, shown: string): Promise<Check> {
  const bytes = await measureLog(location);
  if (bytes === undefined)
    return pass('log', 'There is no delivery log yet. Nothing was sent from this workspace.');
  const damage = await withLogReader(location, (reader) => reader.findDamage());
  if (damage === undefined)
    return pass('log', `The delivery log is intact (${formatBytes(bytes)}, ${shown}).`);
  return describeProblem(location, damage.problem, damage.hint);
}

function describeProblem(
  { server }: LogLocation,
  problem: string,
  hint = 'Nothing can be sent without it.',
): Check {
  const next = server ? 'postback config get log.url' : 'postback config path';
  return fail('log', problem, { why: hint, next });
}
