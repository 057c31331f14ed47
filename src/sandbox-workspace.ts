import type { Credentials } from './accounts/credentials.js';
import type { RunConfig, RunConfigInput } from './config/run-config.js';
import { DEFAULT_WORKSPACE } from './config/workspace-name.js';
import type { ConversionGoal } from './goals/goal.js';
import { GOAL_TEMPLATES } from './goals/templates.js';
import {
  CAMPAIGN_SCOPE,
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  SANDBOX_PROFILES,
  SANDBOX_REFRESH_TOKEN,
} from './sandbox/amazon/seed.js';
import { Secret } from './secret.js';

/** Definitions of the sandbox that the templates are mapped to when there is no goal at all. */
const TEMPLATE_DEFINITIONS: Readonly<Record<string, string>> = {
  'first-purchase': '1234567890',
  'wishlist-add': '1234567894',
  'email-captured': '1234567892',
};

/** The grants that the embedded sandbox has given without asking. */
export function makeSandboxCredentials(variables: RunConfigInput['variables']): readonly Credentials[] {
  return [
    {
      connection: {
        network: 'amazon',
        account: SANDBOX_ACCOUNTS.na,
        accountName: 'Sandbox',
        region: 'na',
        api: variables['POSTBACK_AMAZON_API'] || 'capi-v1',
        profileId: SANDBOX_PROFILES.na,
        clientId: SANDBOX_CLIENT_ID,
        scopes: [CAMPAIGN_SCOPE],
        source: 'sandbox',
      },
      clientSecret: new Secret(SANDBOX_CLIENT_SECRET),
      refreshToken: new Secret(SANDBOX_REFRESH_TOKEN),
    },
  ];
}

/**
 * The goals of a `--sandbox` run: those of the project file or of the sandbox's own workspace, else the real
 * workspace's, else the templates, so that a newcomer's first try sends something.
 */
export function findSandboxGoals(config: RunConfig, flags: RunConfigInput['flags']): readonly ConversionGoal[] {
  if (config.goals.length > 0) return config.goals;
  const { workspace } = flags;
  const real = config.user.readGoals(typeof workspace === 'string' ? workspace : DEFAULT_WORKSPACE);
  return real.length > 0 ? real : makeTemplateGoals();
}

/** The templates, mapped to definitions that the sandbox has. */
export function makeTemplateGoals(): ConversionGoal[] {
  return GOAL_TEMPLATES.map(({ id, name, event, trigger, description }) => ({
    id,
    name,
    event,
    trigger,
    description,
    filters: [],
    enabled: true,
    map: { amazon: TEMPLATE_DEFINITIONS[id] as string },
    testMap: {},
  }));
}
