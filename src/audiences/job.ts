import { ConfigError } from '../errors.js';
import { pathOfJob, readJobReport, type JobReport } from '../networks/amazon/audience-answers.js';
import { audienceHeaders } from '../networks/amazon/audience-channel.js';
import { explainListRefusal } from '../networks/amazon/audience-lists.js';
import type { Workspace } from '../workspace.js';
import { callAmazon, findAccess } from './access.js';

/** Twice as long after each look, at most this. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * What became of an upload; `waits`: asked again until it is decided or `signal` aborts.
 * @throws ConfigError when Amazon knows no such job; AuthError, NetworkError as the call does
 */
export async function readJob(
  workspace: Workspace,
  id: string,
  waits: boolean,
  signal: AbortSignal,
): Promise<JobReport> {
  const access = findAccess(workspace);
  const { target } = access;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const answer = await callAmazon(workspace, access, (accessToken) => ({
      method: 'GET',
      url: `${target.origin}${pathOfJob(id)}`,
      headers: { ...audienceHeaders(target), Authorization: `Bearer ${accessToken}` },
    }));
    const report = answer.status >= 200 && answer.status < 300 ? readJobReport(answer) : undefined;
    if (!report) throw answer.status === 404 ? refuseJob(id) : explainListRefusal(answer);
    if (report.state !== 'PENDING' || !waits || signal.aborted) return report;
    await workspace.clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}

function refuseJob(id: string): ConfigError {
  return new ConfigError('unknown_job', `Amazon knows no job ${JSON.stringify(id)} in the region of this connection.`, {
    hint: 'The jobs of a sync are the request ids in the log.',
    next: 'postback logs --event audience_create --json',
  });
}
