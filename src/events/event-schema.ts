import type { JsonObject } from '../json.js';
import {
  CLICK_TIME,
  COMMERCE_FIELDS,
  CONSENT_FIELDS,
  MAX_TOKEN_LENGTH,
  MESSAGE_FIELDS,
  PAGE_FIELDS,
  GEO_FIELDS,
  REQUIRED_FIELDS,
  STRICT_EVENT,
} from './audience-fields.js';
import { CLICK_FIELDS, HASHED_FIELDS } from './conversion-event.js';
import type { FieldKind, FieldRule } from './field-rules.js';
import { MAX_TEXT_LENGTH } from './field-values.js';
import { hashNameOf, IDENTIFIER_NAMES } from './identifier-names.js';

const PRESENT = { type: 'string', minLength: 1 };
const PRESENT_ID = { type: ['string', 'integer'], minLength: 1 };
/** Money, whose names other events than a purchase use for things of their own. */
const { value, currency, ...GOODS } = COMMERCE_FIELDS;
const ALIASED = { ...MESSAGE_FIELDS.fromId.kind.schema, minLength: 1 };

/**
 * JSON Schema of an Audience message, made of the tables that the reader reads by. Fields that it
 * does not know are allowed, as they are in messages.
 */
export function buildEventSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Conversion event (Audience message)',
    type: 'object',
    required: [...REQUIRED_FIELDS],
    properties: {
      ...describeFields(MESSAGE_FIELDS),
      ...requiredFields(),
      // Read in alias messages only.
      fromId: { description: MESSAGE_FIELDS.fromId.about },
      toId: { description: MESSAGE_FIELDS.toId.about },
      properties: {
        description: MESSAGE_FIELDS.properties.about,
        anyOf: [{ type: 'object', properties: propertySchemas() }, { const: null }],
      },
      traits: nullable(
        { type: 'object', properties: identifierSchemas() },
        MESSAGE_FIELDS.traits.about,
      ),
      context: nullable(
        { type: 'object', properties: contextSchemas() },
        MESSAGE_FIELDS.context.about,
      ),
    },
    allOf: [
      when(
        { type: { const: 'track' } },
        { required: ['eventName'], properties: { eventName: PRESENT } },
      ),
      when(
        { type: { const: 'alias' } },
        { required: ['fromId', 'toId'], properties: { fromId: ALIASED, toId: ALIASED } },
        {
          anyOf: ['anonymousId', 'userId'].map((id) => ({
            required: [id],
            properties: { [id]: PRESENT_ID },
          })),
        },
      ),
      when(
        { type: { const: 'track' }, eventName: { const: STRICT_EVENT } },
        { properties: { properties: { properties: describeFields({ value, currency }) } } },
      ),
    ],
  };
}

function when(condition: JsonObject, then: JsonObject, otherwise?: JsonObject): JsonObject {
  const branches = { if: { required: Object.keys(condition), properties: condition }, then };
  return otherwise ? { ...branches, else: otherwise } : branches;
}

/** Returns the required fields, which can be neither null nor empty. */
function requiredFields(): JsonObject {
  return Object.fromEntries(
    REQUIRED_FIELDS.map((name) => {
      const { kind, about } = MESSAGE_FIELDS[name];
      // An id of spaces names nothing.
      const extra = name === 'messageId' ? { pattern: '\\S' } : {};
      return [name, { description: about, ...kind.schema, ...extra }];
    }),
  );
}

function propertySchemas(): JsonObject {
  return {
    value: { description: value.about },
    currency: { description: currency.about },
    ...describeFields(GOODS),
    ...identifierSchemas(),
    ...clickSchemas(),
    click_time: describeField(CLICK_TIME),
    ...describeFields(CONSENT_FIELDS),
    ...describeFields(GEO_FIELDS),
  };
}

function contextSchemas(): JsonObject {
  return {
    ...identifierSchemas(),
    pageUrl: describeField(PAGE_FIELDS.pageUrl),
    pageReferrer: describeField(PAGE_FIELDS.pageReferrer),
    traits: nullable(
      { type: 'object', properties: identifierSchemas() },
      MESSAGE_FIELDS.traits.about,
    ),
  };
}

/** Schema of text or a number. Lists and objects are searched, other types are ignored. */
function scalarSchema(description: string, maxLength: number): JsonObject {
  const text = { type: 'string', maxLength };
  return { description, anyOf: [text, { type: ['number', 'array', 'object', 'boolean', 'null'] }] };
}

function clickSchemas(): JsonObject {
  return Object.fromEntries(
    CLICK_FIELDS.map((name) => [name, scalarSchema('click parameter', MAX_TOKEN_LENGTH)]),
  );
}

function identifierSchemas(): JsonObject {
  const identifiers = Object.values(IDENTIFIER_NAMES).flatMap((names) =>
    names.map((name) => [name, scalarSchema(`identifier: ${names[0]}`, MAX_TEXT_LENGTH)]),
  );
  const hashes = HASHED_FIELDS.map((field) => [
    hashNameOf(field),
    scalarSchema(HASH_ABOUT, MAX_TEXT_LENGTH),
  ]);
  return Object.fromEntries([...identifiers, ...hashes]) as JsonObject;
}

const HASH_ABOUT = 'precomputed SHA-256, as 64 hex digits or base64 of the 32 bytes';

function describeFields(fields: Readonly<Record<string, FieldRule<unknown>>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, rule]) => [name, describeField(rule)]),
  );
}

function describeField({ kind, about }: FieldRule<unknown>): JsonObject {
  return optional(kind, about);
}

function optional(
  { schema, mayBeEmpty }: Pick<FieldKind<unknown>, 'schema' | 'mayBeEmpty'>,
  about: string,
): JsonObject {
  if (Object.keys(schema).length === 0) return { description: about };
  return { description: about, anyOf: [schema, { enum: mayBeEmpty ? [null, ''] : [null] }] };
}

function nullable(schema: JsonObject, about: string): JsonObject {
  return { description: about, anyOf: [schema, { enum: [null, ''] }] };
}
