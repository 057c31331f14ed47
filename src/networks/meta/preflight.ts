import type { CheckResult, Preflight } from '../preflight.js';
import { GRAPH_NEWEST_VERSION, GRAPH_URL, GRAPH_VERSION, GRAPH_VERSION_ENDS } from './graph.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long before the version ends `doctor` starts to warn. */
const WARNING_MS = 180 * DAY_MS;

/** Checks of Meta that send no conversions. The check of `connect` covers account and token. */
export const preflight: Preflight = {
  origins: () => [new URL(GRAPH_URL).origin],
  checkConfig: (_connection, nowMs) => [checkVersion(nowMs)],
};

function checkVersion(nowMs: number): CheckResult {
  const endsMs = Date.parse(GRAPH_VERSION_ENDS);
  const id = 'api-version';
  if (nowMs < endsMs - WARNING_MS) {
    const message =
      `Postbacks go through Graph API ${GRAPH_VERSION}, which is valid until ${GRAPH_VERSION_ENDS}` +
      ` (the newest version is ${GRAPH_NEWEST_VERSION}).`;
    return { id, result: 'pass', message };
  }
  const verb = nowMs < endsMs ? 'ends on' : 'ended on';
  return {
    id,
    result: 'warn',
    message: `Graph API ${GRAPH_VERSION} ${verb} ${GRAPH_VERSION_ENDS}.`,
    why: 'Meta serves calls to an ended version with a later one, which may require other fields.',
    next: 'npm install --global postback@latest',
  };
}
