import { createRequire } from 'node:module';

let library: typeof import('libphonenumber-js/min') | undefined;

/**
 * Loads the numbering plans when they are first needed: they take 20 ms, and few numbers need them.
 */
export function loadPhoneNumbers(): typeof import('libphonenumber-js/min') {
  library ??= createRequire(import.meta.url)(
    'libphonenumber-js/min',
  ) as typeof import('libphonenumber-js/min');
  return library;
}
