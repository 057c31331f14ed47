import type { Random } from '../../random.js';
import {
  acceptsType,
  answerJson,
  readJson,
  readMediaType,
  type SandboxAnswer,
  type SandboxRequest,
} from '../exchange.js';
import type { Route } from '../route.js';
import type { GrantStore } from '../oauth/grant-store.js';
import { findConversionsAccount } from './conversions-account.js';
import { createApiRoute, type Caller } from './api-route.js';
import type { Definition, DefinitionInput, DefinitionStore } from './definition-store.js';
import {
  CONVERSION_TYPES,
  PURCHASES,
  SOURCES,
  SOURCE_TYPES,
  V1_CONVERSION_TYPES,
} from './enums.js';
import {
  checkAmount,
  checkFields,
  checkList,
  checkOneOf,
  checkText,
  checkWhole,
  type Check,
  type Problem,
} from './field-checks.js';
import { takePage } from './paging.js';
import { createDspRefuse, type Refuse } from './refusals.js';

const V1_TYPE = 'application/vnd.dspconversiondefinition.v1+json';
const V2_TYPE = 'application/vnd.dspconversiondefinition.v2+json';

/** `maxResults` "1..100 default 10" (CAPI v1 specification). */
const DEFAULT_RESULTS = 10;

const COUNTING_METHODS = new Set(['EVERY', 'FIRST']);

const LIST_BODY = checkFields(
  {},
  {
    filters: checkList(
      0,
      10,
      checkFields({
        field: checkOneOf(new Set(['CONVERSION_DEFINITION_ID'])),
        values: checkList(1, 100, checkText()),
      }),
    ),
    maxResults: checkWhole(1, 100),
    nextToken: checkText(),
  },
);

interface ListBody {
  filters?: { values: string[] }[];
  maxResults?: number;
  nextToken?: string;
}

export interface DefinitionParts {
  grants: GrantStore;
  definitions: DefinitionStore;
  random: Random;
}

/**
 * Conversion definitions: `list` and create
 * (https://github.com/vanling1111/amazon-ads-api-go-sdk/blob/a8b134ee/specs/dsp-conversions.json,
 * 2025-10).
 */
export function createDefinitionRoutes(parts: DefinitionParts): Route[] {
  const refuse = createDspRefuse(parts.random, V1_TYPE);
  const base = {
    method: 'POST' as const,
    clientHeader: 'amazon-advertising-api-clientid' as const,
    answerTypes: [V1_TYPE, V2_TYPE],
    refuse,
  };
  const path = '/accounts/:account/dsp/conversionDefinitions';
  return [
    createApiRoute(parts.grants, {
      ...base,
      path: `${path}/list`,
      contentTypes: [V1_TYPE],
      handle: (request, params, caller) =>
        listDefinitions({ ...parts, refuse }, request, params['account']!, caller),
    }),
    createApiRoute(parts.grants, {
      ...base,
      path,
      contentTypes: [V1_TYPE, V2_TYPE],
      handle: (request, params, caller) =>
        createDefinitions({ ...parts, refuse }, request, params['account']!, caller),
    }),
  ];
}

function listDefinitions(
  { definitions, refuse }: DefinitionParts & { refuse: Refuse },
  request: SandboxRequest,
  account: string,
  caller: Caller,
): SandboxAnswer {
  const found = findConversionsAccount(caller, request, account, refuse);
  if ('status' in found) return found;
  const read = readJson(request);
  if (!read) return refuse(400, 'The request body is not valid JSON.');
  const problems: Problem[] = [];
  LIST_BODY(read.value, '', problems);
  if (problems[0]) return refuse(400, problems[0].message);
  const { filters = [], maxResults = DEFAULT_RESULTS, nextToken } = read.value as ListBody;
  const type = acceptsType(request, V1_TYPE) ? V1_TYPE : V2_TYPE;
  const rows = filterDefinitions(definitions, account, filters)
    // The v1 form of a definition has no MOBILE_APP_FIRST_START.
    .filter(({ conversionType }) => type === V2_TYPE || V1_CONVERSION_TYPES.has(conversionType))
    .map((definition) => {
      const lastActivityTime = definitions.lastActivity(account, definition.conversionDefinitionId);
      return lastActivityTime === undefined ? definition : { ...definition, lastActivityTime };
    });
  const taken = takePage(rows, maxResults, nextToken);
  if (!taken) return refuse(400, 'nextToken is not valid');
  const next = taken.nextToken === undefined ? {} : { nextToken: taken.nextToken };
  return answerJson(200, { conversionDefinitions: taken.page, maxResults, ...next }, type);
}

/** All filters must hold; a filter finds ids that exist without being listed. */
function filterDefinitions(
  store: DefinitionStore,
  account: string,
  filters: { values: string[] }[],
): Definition[] {
  const [first, ...others] = filters.map(({ values }) => new Set(values));
  if (!first) return store.list(account);
  const wanted = [...first].filter((id) => others.every((ids) => ids.has(id)));
  return wanted.flatMap((id) => store.find(account, id) ?? []);
}

function checkDefinition(conversionTypes: ReadonlySet<string>, partner: boolean): Check {
  return checkFields(
    {
      name: checkText(256),
      source: checkOneOf(SOURCES),
      sourceType: checkOneOf(SOURCE_TYPES),
      conversionType: checkOneOf(conversionTypes),
      countingMethod: checkOneOf(COUNTING_METHODS),
      value: checkAmount(9_999_999_999_999),
    },
    partner ? { partner: checkText(256) } : {},
  );
}

const V1_DEFINITION = checkDefinition(V1_CONVERSION_TYPES, false);
const V2_DEFINITION = checkDefinition(CONVERSION_TYPES, true);

function createDefinitions(
  { definitions, refuse }: DefinitionParts & { refuse: Refuse },
  request: SandboxRequest,
  account: string,
  caller: Caller,
): SandboxAnswer {
  const found = findConversionsAccount(caller, request, account, refuse);
  if ('status' in found) return found;
  if (!found.termsAccepted) return refuse(403);
  const inputs = readJson(request)?.value;
  if (!Array.isArray(inputs) || inputs.length < 1 || inputs.length > 10) {
    return refuse(400, 'The request body must be an array of 1 to 10 conversion definitions.');
  }
  const check = readMediaType(request) === V2_TYPE ? V2_DEFINITION : V1_DEFINITION;
  const success: object[] = [];
  const error: object[] = [];
  for (const [position, input] of (inputs as unknown[]).entries()) {
    const index = position + 1;
    const problems = findDefinitionProblems(check, input);
    if (problems.length > 0) {
      const errors = problems.map(({ code, field, message }) => ({
        errorType: code,
        fieldName: field,
        message,
      }));
      error.push({ index, code: 'BAD_REQUEST', message: problems[0]!.message, errors });
    } else {
      const { conversionDefinitionId } = definitions.create(account, input as DefinitionInput);
      success.push({ index, conversionDefinitionId });
    }
  }
  return answerJson(207, { success, error }, V1_TYPE);
}

/**
 * The fields one by one, then what holds between them: source with source type, a purchase's value.
 */
function findDefinitionProblems(check: Check, input: unknown): Problem[] {
  const problems: Problem[] = [];
  check(input, '', problems);
  if (problems.length > 0) return problems;
  const { source, sourceType, conversionType, value } = input as DefinitionInput;
  if (source === 'AMAZON_AD_TAG' && sourceType !== 'WEBSITE') {
    const message = 'sourceType is not compatible with source';
    problems.push({ code: 'FIELD_VALUE_MISMATCH', field: 'sourceType', message });
  }
  if (conversionType === PURCHASES && value < 0) {
    const message = 'value must not be negative for OFF_AMAZON_PURCHASES';
    problems.push({ code: 'FIELD_VALUE_IS_BELOW_MINIMUM_LIMIT', field: 'value', message });
  }
  return problems;
}
