import { buildGoalSchema } from '../goals/goal-schema.js';
import type { JsonObject } from '../json.js';
import { PROJECT_FIELDS } from './project-file.js';
import { COUNTRY } from './setting-values.js';
import type { SettingRule } from './setting-rule.js';
import { SETTING_RULES } from './settings.js';
import { WORKSPACE_NAME } from './workspace-name.js';

/** JSON Schema of `postback.config.json`, of the rules that it is checked by when it is read. */
export function buildProjectSchema(): JsonObject {
  const { $schema, ...goal } = buildGoalSchema();
  const schemas: JsonObject = {
    workspace: {
      description: 'workspace whose connections and log are used',
      type: 'string',
      pattern: WORKSPACE_NAME.source,
      not: { pattern: '\\.$' },
    },
    goals: { description: 'replace the stored goals for the run', type: 'array', items: goal },
    http: {
      description: 'templates of endpoints, in place of stored ones of the same name',
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'url'],
        properties: { name: { type: 'string' }, url: { type: 'string' } },
      },
    },
    settings: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.entries(SETTING_RULES)
          .filter(([, { rule }]) => rule.kind !== 'logUrl')
          .map(([name, rule]) => [name, describeRule(rule)]),
      ),
    },
  };
  return {
    $schema,
    title: 'Project file (postback.config.json)',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(PROJECT_FIELDS.map((name) => [name, schemas[name]])),
  };
}

function describeRule({ rule, about, default: value }: SettingRule): JsonObject {
  const described = { description: about, ...(value === undefined ? {} : { default: value }) };
  switch (rule.kind) {
    case 'choice':
      return { ...described, enum: [...rule.values] };
    case 'number':
      return {
        ...described,
        type: rule.decimals ? 'number' : 'integer',
        minimum: rule.min,
        maximum: rule.max,
      };
    case 'country':
      return { ...described, type: 'string', pattern: COUNTRY.source };
    case 'logUrl':
      return { ...described, type: 'string' };
  }
}
