import type { JsonObject } from '../json.js';
import { ENDPOINT_NAME, NETWORK_NAMES } from '../networks/names.js';
import { CONDITION_PATTERN, OPERATORS } from './filter.js';
import {
  DESCRIPTION_FIELDS,
  GOAL_FIELDS,
  GOAL_ID,
  MAX_DESCRIPTION,
  MAX_FILTERS,
  MAX_NAME,
  TRIGGERS,
} from './goal-rules.js';

/** Non-blank text without control characters, as in the goal rules. */
const TEXT = { type: 'string', pattern: '^(?=[\\s\\S]*\\S)\\P{Cc}*$' };

const FIELD_SCHEMAS: Readonly<Record<(typeof GOAL_FIELDS)[number], JsonObject>> = {
  id: {
    description: 'unique in its workspace; derived from the name if absent',
    type: 'string',
    pattern: GOAL_ID.source,
  },
  name: { description: 'display name', ...TEXT, maxLength: MAX_NAME },
  event: { description: 'name of the events that count', ...TEXT, maxLength: MAX_NAME },
  description: { description: 'description of the goal', ...TEXT, maxLength: MAX_DESCRIPTION },
  trigger: {
    description: "once: a player's first conversion only; repeatable: each",
    enum: [...TRIGGERS],
  },
  filters: {
    description: `conditions on properties, all of which must match; operators: ${OPERATORS.join(' ')}`,
    type: 'array',
    maxItems: MAX_FILTERS,
    items: {
      type: 'string',
      maxLength: MAX_DESCRIPTION,
      pattern: CONDITION_PATTERN,
      examples: ['value>10'],
    },
  },
  enabled: { description: 'whether the goal counts events', type: 'boolean' },
  map: { description: 'mapping of the goal at each network', ...buildMapSchema() },
  testMap: { description: 'mapping for test events', ...buildMapSchema() },
};

/** JSON Schema of a goal, of the limits that the goal rules check by. */
export function buildGoalSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Conversion goal',
    type: 'object',
    required: ['name', 'event'],
    additionalProperties: false,
    properties: Object.fromEntries(GOAL_FIELDS.map((name) => [name, FIELD_SCHEMAS[name]])),
  };
}

function buildMapSchema(): JsonObject {
  const text = { type: 'string', pattern: '\\S' };
  const description = {
    type: 'object',
    required: [...DESCRIPTION_FIELDS],
    additionalProperties: false,
    properties: Object.fromEntries([...DESCRIPTION_FIELDS, 'dataset'].map((name) => [name, text])),
  };
  const mapping = { anyOf: [text, description] };
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(NETWORK_NAMES.map((name) => [name, mapping])),
    patternProperties: { [ENDPOINT_NAME.source]: text },
  };
}
