import { ConfigError, NetworkError } from '../errors.js';
import type { HttpAnswer } from '../http/http.js';
import { describeJobAnswer, pathOfJob, readJobReport, type JobReport } from '../networks/amazon/audience-answers.js';
import { audienceHeaders, JOB_PATIENCE_MS } from '../networks/amazon/audience-channel.js';
import { explainListRefusal } from '../networks/amazon/audience-lists.js';
import type { Workspace } from '../workspace.js';
import { callAmazon, findAccess } from './access.js';

/** Twice as long after each look, at most this. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Answers without a readable state in a row until asking again is given up. */
const MAX_UNREADABLE = 3;

/**
 * Reads what became of an upload; `waits`: asks again until it is decided, {@link JOB_PATIENCE_MS} are over or `signal`
 * aborts.
 * @throws ConfigError when Amazon knows no such job; NetworkError where its state cannot be read, or it is still not
 *   decided when patience ends; AuthError, NetworkError as the call does
 */
export async function readJob(
  workspace: Workspace,
  id: string,
  waits: boolean,
  signal: AbortSignal,
): Promise<JobReport> {
  const access = findAccess(workspace);
  const { target } = access;
  const { clock } = workspace;
  const untilMs = clock.now() + JOB_PATIENCE_MS;
  let unreadable = 0;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const answer = await callAmazon(workspace, access, (accessToken) => ({
      method: 'GET',
      url: `${target.origin}${pathOfJob(id)}`,
      headers: { ...audienceHeaders(target), Authorization: `Bearer ${accessToken}` },
    }));
    const isAnswer = answer.status >= 200 && answer.status < 300;
    if (!isAnswer) throw answer.status === 404 ? refuseJob(id) : explainListRefusal(answer);
    const report = readJobReport(answer);
    unreadable = report ? 0 : unreadable + 1;
    if (!report && (!waits || unreadable >= MAX_UNREADABLE || signal.aborted)) throw unreadableJob(answer, unreadable);
    if (report && (report.state !== 'PENDING' || !waits || signal.aborted)) return report;
    if (clock.now() + pauseMs > untilMs) throw undecidedJob();
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}

function unreadableJob(answer: HttpAnswer, times: number): NetworkError {
  const often = times === 1 ? '' : `, ${times} times in a row`;
  return new NetworkError('job_state_unreadable', `${describeJobAnswer(answer)}${often}.`, {
    hint: 'Whether the upload arrived is not known. Ask again later, or look at the audience in the Amazon console.',
  });
}

function undecidedJob(): NetworkError {
  const minutes = JOB_PATIENCE_MS / 60_000;
  return new NetworkError('job_undecided', `The job is still PENDING after ${minutes} minutes.`, {
    hint: 'Amazon usually decides within 15 minutes. Ask again later.',
  });
}

function refuseJob(id: string): ConfigError {
  return new ConfigError('unknown_job', `Amazon knows no job ${JSON.stringify(id)} in the region of this connection.`, {
    hint: 'The jobs of a sync are the request ids in the log.',
    next: 'postback logs --event audience_create --json',
  });
}
