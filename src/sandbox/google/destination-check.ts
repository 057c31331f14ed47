import type { FieldViolation } from './refusals.js';
import type { IngestDestination, IngestEvent } from './request-shape.js';

/** Limits page (https://developers.google.com/data-manager/api/limits, 2026-11-30). */
const MAX_DESTINATIONS = 10;
/**
 * `accountId` and `productDestinationId` are ids, never resource names or ids with dashes
 * (`Destination`).
 */
const DIGITS = /^\d+$/;

/**
 * Conversion actions of the sandbox: any id of 6 to 19 digits exists, except that ids beginning
 * with 404 do not exist, 415 are of another type, 425 were made less than six hours ago, and 403
 * belong to an account that has not turned on enhanced conversions for leads.
 */
const ACTION_RULES: readonly (readonly [beginning: RegExp, reason: string, words: string])[] = [
  [
    /^(?:404|\d{0,5}$|\d{20})/,
    'INVALID_CONVERSION_ACTION_ID',
    'Conversion action ID is not valid.',
  ],
  [/^415/, 'INVALID_CONVERSION_ACTION_TYPE', 'The conversion action type is not valid.'],
  [
    /^425/,
    'CONVERSION_ACTION_TOO_RECENTLY_CREATED',
    'The conversion action was created too recently.',
  ],
];
const NOT_ENABLED = /^403/;

/** What is wrong with the form of the destinations, and with how events point at them. */
export function checkDestinations(
  destinations: readonly IngestDestination[],
  events: readonly IngestEvent[],
): FieldViolation[] {
  const field = 'destinations';
  if (destinations.length === 0)
    return [makeViolation(field, 'REQUIRED_FIELD_MISSING', 'Required field is missing.')];
  if (destinations.length > MAX_DESTINATIONS) {
    return [
      makeViolation(
        field,
        'TOO_MANY_DESTINATIONS',
        'At most 10 destinations are allowed per request.',
      ),
    ];
  }
  const references = destinations
    .map(({ reference }) => reference)
    .filter((reference) => reference !== undefined);
  const violations = destinations.flatMap(checkIds);
  if (new Set(references).size < references.length) {
    const words = 'Two or more destinations in the request have the same reference.';
    violations.push(makeViolation(field, 'DUPLICATE_DESTINATION_REFERENCE', words));
  }
  return [
    ...violations,
    ...events.flatMap((event, index) => checkReferences(event, index, references)),
  ];
}

/** Returns the problems of the events' conversion actions. Google reports them per event. */
export function checkActions(
  destinations: readonly IngestDestination[],
  events: readonly IngestEvent[],
): FieldViolation[] {
  for (const [index, { productDestinationId = '' }] of destinations.entries()) {
    const rule = ACTION_RULES.find(([beginning]) => beginning.test(productDestinationId));
    if (rule)
      return [
        makeViolation(
          `destinations.destinations[${index}].product_destination_id`,
          rule[1],
          rule[2],
        ),
      ];
  }
  return events.flatMap((event, index) => {
    const isRefused =
      event.userData !== undefined &&
      pick(destinations, event).some(({ productDestinationId = '' }) =>
        NOT_ENABLED.test(productDestinationId),
      );
    const reason = 'DESTINATION_ACCOUNT_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS';
    const words = 'The destination account is not enabled for enhanced conversions for leads.';
    return isRefused
      ? [makeViolation(`events.events[${index}].destination_references[0]`, reason, words)]
      : [];
  });
}

/** The destinations that an event goes to: those it names, or all. */
export function pick(
  destinations: readonly IngestDestination[],
  event: IngestEvent,
): IngestDestination[] {
  const { destinationReferences = [] } = event;
  if (destinationReferences.length === 0) return [...destinations];
  return destinations.filter(
    ({ reference }) => reference !== undefined && destinationReferences.includes(reference),
  );
}

function checkIds(
  { operatingAccount, loginAccount, productDestinationId }: IngestDestination,
  index: number,
): FieldViolation[] {
  const path = `destinations.destinations[${index}]`;
  const ids: (readonly [field: string, id: string | undefined])[] = [
    ['operating_account.account_id', operatingAccount?.accountId],
    ['product_destination_id', productDestinationId],
    ...(loginAccount ? [['login_account.account_id', loginAccount.accountId] as const] : []),
  ];
  return ids.flatMap(([field, id]) => {
    if (id === undefined || id === '') {
      return [
        makeViolation(`${path}.${field}`, 'REQUIRED_FIELD_MISSING', 'Required field is missing.'),
      ];
    }
    return DIGITS.test(id)
      ? []
      : [makeViolation(`${path}.${field}`, 'INVALID_NUMBER_FORMAT', 'Invalid number format.')];
  });
}

function checkReferences(
  event: IngestEvent,
  index: number,
  references: readonly string[],
): FieldViolation[] {
  return (event.destinationReferences ?? []).flatMap((reference, at) =>
    references.includes(reference)
      ? []
      : [
          makeViolation(
            `events.events[${index}].destination_references[${at}]`,
            'INVALID_DESTINATION',
            'No destination has this reference.',
          ),
        ],
  );
}

function makeViolation(field: string, reason: string, description: string): FieldViolation {
  return { field, description, reason };
}
