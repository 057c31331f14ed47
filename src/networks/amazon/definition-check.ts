import type { CheckResult, PreflightCall } from '../preflight.js';
import { readPage, requestDefinitions, SERVER_SOURCE, type Definition } from './definition-list.js';

/** Ids a filter and rows a page at most (docs/reference/amazon.md#conversion-definitions). */
const IDS_A_CALL = 100;

interface Mapped {
  goal: string;
  id: string;
  isTest: boolean;
}

/**
 * Checks that every definition that an active goal is mapped to exists in the account and takes
 * server events.
 * @throws ConnectionFault when there is no answer.
 */
export async function checkDefinitions(call: PreflightCall): Promise<CheckResult[]> {
  const { api = 'capi-v1' } = call.connection;
  if (api !== 'capi-v1') {
    const message =
      'The Events API creates definitions automatically, so there are no ids to check.';
    return [{ id: 'definitions', result: 'pass', message }];
  }
  const mapped = listMapped(call);
  if (mapped.length === 0) return [];
  const found = new Map<string, Definition>();
  const ids = [...new Set(mapped.map(({ id }) => id))];
  for (let start = 0; start < ids.length; start += IDS_A_CALL) {
    const refusal = await askFor(call, ids.slice(start, start + IDS_A_CALL), found);
    if (refusal) return [refusal];
  }
  const problems = mapped.flatMap((one) =>
    checkMapped(one, found.get(one.id), call.connection.account),
  );
  if (problems.length > 0) return problems;
  const words =
    ids.length === 1
      ? 'The mapped definition is available and accepts'
      : `All ${ids.length} mapped definitions are available and accept`;
  return [{ id: 'definitions', result: 'pass', message: `${words} server events.` }];
}

function listMapped({ goals }: PreflightCall): Mapped[] {
  return goals.flatMap(({ id: goal, mapping, test }) =>
    [
      { id: mapping, isTest: false },
      { id: test, isTest: true },
    ].flatMap(({ id, isTest }) => (typeof id === 'string' ? [{ goal, id, isTest }] : [])),
  );
}

function checkMapped(
  { goal, id, isTest }: Mapped,
  definition: Definition | undefined,
  account: string,
): CheckResult[] {
  const flag = isTest ? ' --test' : '';
  const subject = isTest ? `The test definition ${id} of ${goal}` : `Definition ${id} of ${goal}`;
  if (!definition) {
    return [
      {
        id: 'definitions',
        result: 'fail',
        message: `${subject} does not exist in advertiser ${account}.`,
        why: 'Amazon refuses every conversion of this goal.',
        next: `postback map ${goal} amazon DEFINITION_ID${flag}`,
      },
    ];
  }
  if (definition.source === SERVER_SOURCE) return [];
  return [
    {
      id: 'definitions',
      result: 'fail',
      message:
        `${subject} (${definition.name}) has the source ${definition.source}; server events ` +
        `require ${SERVER_SOURCE}.`,
      why: 'Amazon rejects conversions whose source differs from that of their definition.',
      next: `postback map ${goal} amazon DEFINITION_ID${flag}`,
    },
  ];
}

async function askFor(
  call: PreflightCall,
  ids: readonly string[],
  found: Map<string, Definition>,
): Promise<CheckResult | undefined> {
  const { connection } = call;
  const filters = [{ field: 'CONVERSION_DEFINITION_ID', values: ids }];
  const answer = await requestDefinitions(call, { filters, maxResults: IDS_A_CALL });
  if (answer.status !== 200) return refuse(answer.status, connection.account);
  for (const { id, ...definition } of readPage(answer.body).definitions) found.set(id, definition);
  return undefined;
}

function refuse(status: number, account: string): CheckResult {
  const isPassing = status === 429 || status >= 500;
  const isTerms = status === 403;
  return {
    id: 'definitions',
    result: isPassing ? 'warn' : 'fail',
    message: `The definitions of advertiser ${account} cannot be listed (HTTP ${status}).`,
    why: isTerms
      ? "The Conversions API terms may not have been accepted. Accept them in the advertiser's " +
        'Events Manager.'
      : 'The mapped ids could not be checked.',
    next: isPassing || isTerms ? 'postback doctor' : 'postback connect amazon',
    ...(isPassing ? { kind: 'network' as const } : { kind: 'auth' as const }),
  };
}
