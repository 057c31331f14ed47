import { jetstreamManager } from '@nats-io/jetstream';

import type { Line } from '../../events/line-splitter.js';
import type { NatsAddress } from '../../events/source-address.js';
import type { Snapshot, SnapshotOptions } from '../snapshot.js';
import { connectNats } from './connect.js';
import { explainNats } from './nats-faults.js';
import { openNatsSource } from './nats-source.js';

/** How long a reading that is never stopped goes on: until its end. */
const NEVER = new AbortController().signal;

/**
 * Notes the last message of a stream. Each reading has a temporary consumer, which acknowledges
 * nothing.
 * @throws as openNatsSource
 */
export async function openNatsSnapshot(
  address: NatsAddress,
  options: SnapshotOptions,
): Promise<Snapshot> {
  const { messages, last } = await readState(address, options);
  return {
    async *read(signal = NEVER): AsyncGenerator<Line[]> {
      if (messages === 0) return;
      const source = await openNatsSource(
        address,
        { ...options, mode: 'preview', from: 'start' },
        last,
      );
      try {
        for await (const { lines } of source.read(signal)) if (lines.length > 0) yield lines;
      } finally {
        await source.close();
      }
    },
  };
}

async function readState(
  address: NatsAddress,
  { variables, report }: SnapshotOptions,
): Promise<{ messages: number; last: number }> {
  const { servers, stream, url: name } = address;
  const connection = await connectNats({ servers, name, variables, report });
  try {
    const { state } = await (await jetstreamManager(connection)).streams.info(stream);
    return { messages: state.messages, last: state.last_seq };
  } catch (error) {
    throw explainNats(address, error);
  } finally {
    await connection.close().catch(() => undefined);
  }
}
