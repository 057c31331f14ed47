import { InputError, InternalError, PostbackError } from '../../errors.js';
import { describe, refused, unreachable } from '../faults.js';

/** Errors of the protocol that say that credentials or rights are missing. */
const DENIED = /AUTHORIZATION_FAILED|SASL|AUTHENTICATION/;

/** Makes the error of a run from an error of kafkajs. */
export function explainKafka(name: string, error: unknown): PostbackError {
  if (error instanceof PostbackError) return error;
  const cause = findCause(error);
  const type = 'type' in cause ? String(cause.type) : '';
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') {
    const hint = 'Create the topic first, or correct its name in the address.';
    return refused(name, 'the topic does not exist', hint);
  }
  if (DENIED.test(type) || /SASL|authentication/i.test(cause.name)) {
    const hint =
      'Set POSTBACK_KAFKA_USERNAME, POSTBACK_KAFKA_PASSWORD and POSTBACK_KAFKA_MECHANISM to ' +
      'credentials that may read the topic and join the group.';
    return refused(name, cause, hint);
  }
  if (cause.name === 'KafkaJSNotImplemented') {
    return new InputError('unknown_codec', `${name}: ${describe(cause)}.`, {
      hint: 'Write the topic without compression, or with gzip, snappy, lz4 or zstd.',
      cause: error,
    });
  }
  if (isPassing(error)) return unreachable(name, cause);
  return new InternalError('source_failed', `${name}: ${describe(cause)}.`, { cause: error });
}

/** Errors of the protocol that a member meets while its group rebalances. */
const REBALANCES =
  /^(?:REBALANCE_IN_PROGRESS|ILLEGAL_GENERATION|UNKNOWN_MEMBER_ID|NOT_COORDINATOR)/;

/** Whether a fault is of the connection, a broker or a rebalance, and may be over soon. */
export function isPassing(error: unknown): boolean {
  const cause = findCause(error);
  if ('type' in cause && REBALANCES.test(String(cause.type))) return true;
  return 'retriable' in cause && cause.retriable === true && cause.name.startsWith('KafkaJS');
}

function findCause(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.cause instanceof Error ? findCause(error.cause) : error;
}
