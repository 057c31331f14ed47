import { PROFILES } from '../networks/profiles.js';
import type { ClickField } from './conversion-event.js';

/**
 * Other names of click fields, as the networks declare them: those that SDKs write, spellings of
 * landing pages, and the cookies of the networks' own tags, whose values are read as cookies
 * (`click-id.ts`).
 */
export const CLICK_ALIASES: Readonly<Record<string, ClickField>> = Object.fromEntries(
  PROFILES.flatMap(({ clickAliases = {} }) => Object.entries(clickAliases)),
) as Record<string, ClickField>;
