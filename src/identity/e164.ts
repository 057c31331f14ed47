import type { Normalise } from './hash-identifiers.js';
import { normalisePhone } from './phone.js';

/**
 * A telephone number in E.164, `+15714120599`: the `+` is part of what is hashed
 * (docs/reference/identity.md#phone).
 */
export const normaliseE164: Normalise = (text, { country, phoneCountry }) => {
  const digits = normalisePhone(text, phoneCountry ?? country);
  return digits === '' ? '' : `+${digits}`;
};
