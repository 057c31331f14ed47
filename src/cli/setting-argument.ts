import { describeUnknownSetting, isSettingName } from '../config/setting-values.js';
import type { SettingName } from '../config/settings.js';
import { UsageError } from '../errors.js';

/**
 * The setting that an argument names. @throws {UsageError} with near matches and the valid ones.
 */
export function readSettingName(text: string): SettingName {
  if (isSettingName(text)) return text;
  throw new UsageError(
    'unknown_setting',
    `${JSON.stringify(text)} ${describeUnknownSetting(text)}.`,
    {
      next: 'postback config show',
    },
  );
}
