import { JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream';

import type { NatsAddress } from '../../events/source-address.js';
import type { RecordSink } from '../confirmed-rows.js';
import { refused } from '../faults.js';
import { AuthorizationFault } from './authorization-fault.js';
import { connectNats, type NatsOptions } from './connect.js';

/** How long the server may take to store a row, in milliseconds. */
const STORE_MS = 5_000;

/**
 * Opens a stream of NATS JetStream for writing. The address names the stream, or a subject that a
 * stream takes.
 * @throws InputError when it cannot be reached, or no stream takes the subject
 */
export async function openNatsSink(
  { servers, stream: target, url: name }: NatsAddress,
  options: Pick<NatsOptions, 'variables' | 'report'>,
): Promise<RecordSink> {
  const connection = await connectNats({ servers, name, ...options });
  try {
    const manager = await jetstreamManager(connection);
    const subject = await findSubject(manager, target);
    // Fails where no stream takes the subject: rows would be lost.
    if (subject === target) await manager.streams.find(subject);
    const client = jetstream(connection);
    return {
      name,
      publish: async (rows) => {
        await Promise.all(rows.map((row) => client.publish(subject, row, { timeout: STORE_MS })));
      },
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close().catch(() => undefined);
    const hint = `Create a stream for rejected records whose subjects include ${target}.`;
    throw AuthorizationFault.explain(name, error) ?? refused(name, error, hint);
  }
}

/** The first subject without a wildcard of the stream named `target`, else `target` itself. */
async function findSubject(
  manager: Awaited<ReturnType<typeof jetstreamManager>>,
  target: string,
): Promise<string> {
  try {
    if (target.includes('.')) return target;
    const { config } = await manager.streams.info(target);
    return config.subjects.find((subject) => !/[*>]/.test(subject)) ?? target;
  } catch (error) {
    if (error instanceof JetStreamApiError) return target;
    throw error;
  }
}
