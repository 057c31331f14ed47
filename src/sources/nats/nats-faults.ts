import { JetStreamApiCodes, JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';

import { PostbackError } from '../../errors.js';
import type { NatsAddress } from '../../events/source-address.js';
import { refused } from '../faults.js';
import { AuthorizationFault } from './authorization-fault.js';

/** Makes the error of a run from an error that a stream is opened with. */
export function explainNats({ url, stream }: NatsAddress, error: unknown): PostbackError {
  if (error instanceof PostbackError) return error;
  if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) {
    const hint = 'Create the stream first, or correct its name in the address.';
    return refused(url, `there is not a stream named ${stream}`, hint);
  }
  const hint = 'JetStream must be enabled, and the credentials must allow its API for the stream.';
  return AuthorizationFault.explain(url, error) ?? refused(url, error, hint);
}

/** Whether a fault is of the connection or the server, and may be over soon. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof JetStreamError ||
    error instanceof errors.TimeoutError ||
    error instanceof errors.RequestError ||
    error instanceof errors.NoRespondersError ||
    error instanceof errors.ConnectionError
  );
}
