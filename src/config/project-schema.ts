import { buildGoalSchema } from '../goals/goal-schema.js';
import type { JsonObject } from '../json.js';
import { PROJECT_FIELDS } from './project-file.js';
import { COUNTRY } from './setting-values.js';
import { SETTING_RULES, type SettingRule } from './settings.js';
import { WORKSPACE_NAME } from './workspace-name.js';

/** JSON Schema of `postback.config.json`, of the rules that it is checked by when it is read. */
export function buildProjectSchema(): JsonObject {
  const { $schema, ...goal } = buildGoalSchema();
  const schemas: JsonObject = {
    workspace: {
      description: "which game's log and connections it is for",
      type: 'string',
      pattern: WORKSPACE_NAME.source,
      not: { pattern: '\\.$' },
    },
    goals: { description: 'replace the stored ones for the run', type: 'array', items: goal },
    settings: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(SETTING_RULES).map(([name, rule]) => [name, describeRule(rule)])),
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
      return { ...described, type: 'integer', minimum: rule.min, maximum: rule.max };
    case 'country':
      return { ...described, type: 'string', pattern: COUNTRY.source };
  }
}
