/** Type of an error that stops a run. Only terminal code maps it to a message and an exit code. */
export type ErrorKind = 'input' | 'usage' | 'config' | 'auth' | 'network' | 'internal';

export interface ErrorDetails {
  /** How the user can fix it, in a sentence. */
  hint?: string;
  /** A command that can be typed next. */
  next?: string;
  cause?: unknown;
}

/** Base of all errors that the engine throws. Problems of single events are data, not errors. */
export abstract class PostbackError extends Error {
  abstract readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | undefined;
  readonly next: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint;
    this.next = details.next;
  }
}

/** Input could not be read: no such file, not UTF-8, invalid under `--strict`. Exit 6. */
export class InputError extends PostbackError {
  readonly kind = 'input';
}

/** The command was called wrongly: bad flag value, missing confirmation. Exit 2. */
export class UsageError extends PostbackError {
  readonly kind = 'usage';
}

/** A configuration file, setting, goal or mapping is wrong. Exit 2. */
export class ConfigError extends PostbackError {
  readonly kind = 'config';
}

/** Not connected, or the grant is refused. Exit 4. */
export class AuthError extends PostbackError {
  readonly kind = 'auth';
}

/** A network could not be reached or kept failing. Exit 5. */
export class NetworkError extends PostbackError {
  readonly kind = 'network';
}

/** A fault of ours or of the machine (a full disk). Exit 1. */
export class InternalError extends PostbackError {
  readonly kind = 'internal';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
