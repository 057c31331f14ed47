import { describeUnknownSetting, isSettingName } from '../../src/config/setting-values.js';
import type { SettingName } from '../../src/config/settings.js';
import { UsageError } from '../../src/errors.js';

/** The setting that an argument names. @throws {UsageError} with near matches and the valid ones. */
export function readSettingName(text: string): SettingName {
  if (isSettingName(text)) return text;
  throw new UsageError('unknown_setting', `${JSON.stringify(text)} ${describeUnknownSetting(text)}.`, {
    next: 'postback config show',
  });
}
