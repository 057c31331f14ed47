import { readClickValue } from '../../events/click-id.js';
import type { Click, ClickField } from '../../events/conversion-event.js';

/**
 * A click as it is read today: earlier versions kept placeholders, whole cookies and addresses of
 * persons as click ids.
 */
export function readStoredClick(json: string): Click['fields'] {
  const fields: Click['fields'] = {};
  for (const [field, text] of Object.entries(JSON.parse(json) as Record<ClickField, string>)) {
    const value = readClickValue(field as ClickField, text);
    if (typeof value !== 'string') fields[value[0]] ??= value[1];
  }
  return fields;
}
