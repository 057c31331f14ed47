import {
  answerJson,
  answerPage,
  answerRedirect,
  readJson,
  type SandboxAnswer,
  type SandboxRequest,
} from '../exchange.js';
import type { SandboxNetwork } from '../sandbox-network.js';
import type { ControlParts } from './control-parts.js';
import { answerFaults } from './fault-control.js';
import { renderOverview } from './overview-page.js';

/** Where the sandbox is looked at and steered; no network has such a host. */
export const CONTROL_PREFIX = '/_sandbox';

/** Answers a request whose path is what follows {@link CONTROL_PREFIX}. */
export type Control = (request: SandboxRequest) => SandboxAnswer;

type Action = (parts: ControlParts, request: SandboxRequest) => SandboxAnswer;

const DONE = { ok: true };

const ACTIONS: Readonly<Record<string, Action>> = {
  'GET /health': () => answerJson(200, { status: 'ok' }),
  'GET /conversions': ({ conversions }, { query }) => {
    const wanted = conversions.list().filter((row) => matchesQuery({ ...row }, query));
    return answerJson(200, { count: wanted.length, conversions: wanted });
  },
  'GET /audiences': ({ audiences }, { query }) => {
    // Members are many: only a list that was asked for shows them.
    const lists = audiences.list().filter(({ id }) => !query.has('id') || query.get('id') === id);
    const shown = lists.map(({ members, ...list }) =>
      query.has('id')
        ? { ...list, size: members.length, members }
        : { ...list, size: members.length },
    );
    return answerJson(200, { count: shown.length, audiences: shown });
  },
  'GET /requests': ({ requests }, { query }) => {
    const limit = Number(query.get('limit') ?? Infinity);
    const last = requests.last(limit > 0 ? limit : 0);
    return answerJson(200, { total: requests.total, counts: requests.counts(), last });
  },
  'POST /reset': (parts) => {
    parts.conversions.clear();
    parts.audiences.clear();
    parts.requests.clear();
    parts.faults.replace(parts.startupFaults);
    for (const network of parts.networks) {
      network.restore();
      network.reset();
    }
    return answerJson(200, DONE);
  },
  'POST /grants/revoke': (parts, request) =>
    steerGrants(parts, request, (network) => network.revoke()),
  'POST /grants/restore': (parts, request) =>
    steerGrants(parts, request, (network) => network.restore()),
};

/**
 * The pages and JSON under `/_sandbox`: what was accepted, what was asked, faults, grants, reset.
 */
export function createControl(parts: ControlParts): Control {
  return (request) => {
    const { method, path } = request;
    // The page's links are relative to the slash.
    if (path === '') return answerRedirect(`${CONTROL_PREFIX}/`);
    if (method === 'GET' && path === '/') return answerPage(200, renderOverview(parts));
    if (path === '/faults' || path.startsWith('/faults/'))
      return answerFaults(parts.faults, request);
    const action = ACTIONS[`${method} ${path}`];
    if (action) return action(parts, request);
    const known = Object.keys(ACTIONS).join(', ');
    return answerJson(404, {
      message: `The sandbox knows ${known}, GET/POST/PUT/DELETE /faults and the page GET /.`,
    });
  };
}

/** Revokes or restores the grants of every network, or of the one in `{"network":"amazon"}`. */
function steerGrants(
  { networks }: ControlParts,
  request: SandboxRequest,
  steer: (network: SandboxNetwork) => void,
): SandboxAnswer {
  const given = request.body.length === 0 ? {} : readJson(request)?.value;
  const name = (given as { network?: unknown } | null | undefined)?.network;
  const chosen = networks.filter((network) => name === undefined || network.name === name);
  if (given === undefined || chosen.length === 0) {
    return answerJson(400, {
      message: 'The body is {"network":"amazon"}, or empty for every network.',
    });
  }
  for (const network of chosen) steer(network);
  return answerJson(200, { ...DONE, networks: chosen.map((network) => network.name) });
}

/** Whether every parameter of the query names a text field of the row with that value. */
function matchesQuery(row: Record<string, unknown>, query: URLSearchParams): boolean {
  return [...query].every(([name, value]) => row[name] === value);
}
