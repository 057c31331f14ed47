import { errors } from '@nats-io/transport-node';

import type { InputError } from '../../errors.js';
import { refused } from '../faults.js';

const HINT =
  'Set POSTBACK_NATS_CREDS_FILE, POSTBACK_NATS_TOKEN, or POSTBACK_NATS_USERNAME and ' +
  'POSTBACK_NATS_PASSWORD to credentials that may read the stream.';

/** Refusals of the server that other credentials would avoid. */
export const AuthorizationFault = {
  /** Returns the error to report; undefined where `error` is something else. */
  explain(name: string, error: unknown): InputError | undefined {
    const isRefusal =
      error instanceof errors.AuthorizationError ||
      error instanceof errors.UserAuthenticationExpiredError ||
      error instanceof errors.PermissionViolationError;
    return isRefusal ? refused(name, error, HINT) : undefined;
  },
};
