import { ConfigError, NetworkError } from '../errors.js';
import type { AudienceApi, JobReport } from '../networks/audience-network.js';
import type { Workspace } from '../workspace.js';
import { callNetwork, findAccess } from './access.js';

/** Twice as long after each look, at most this. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Answers without a readable state in a row until asking again is given up. */
const MAX_UNREADABLE = 3;

/**
 * Reads what became of an upload; `waits`: asks again until it is decided, the
 * network's patience is over or `signal` aborts.
 * @throws ConfigError when Amazon knows no such job; NetworkError where its state cannot be read,
 *   or it is still not decided when patience ends; AuthError, NetworkError as the call does
 */
export async function readJob(
  workspace: Workspace,
  id: string,
  waits: boolean,
  signal: AbortSignal,
): Promise<JobReport> {
  const access = await findAccess(workspace);
  const { api, connection } = access;
  const { clock } = workspace;
  const untilMs = clock.now() + api.jobPatienceMs;
  let unreadable = 0;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const answer = await callNetwork(workspace, access, (token) =>
      api.renderJobQuery(connection, id, token),
    );
    const isAnswer = answer.status >= 200 && answer.status < 300;
    if (!isAnswer) throw answer.status === 404 ? refuseJob(id) : api.explainRefusal(answer);
    const report = api.readJob(answer);
    unreadable = report ? 0 : unreadable + 1;
    if (!report && (!waits || unreadable >= MAX_UNREADABLE || signal.aborted))
      throw unreadableJob(api.describeJobAnswer(answer), unreadable);
    if (report && (report.state !== 'PENDING' || !waits || signal.aborted)) return report;
    if (clock.now() + pauseMs > untilMs) throw undecidedJob(api);
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}

function unreadableJob(described: string, times: number): NetworkError {
  const often = times === 1 ? '' : `, ${times} times in a row`;
  return new NetworkError('job_state_unreadable', `${described}${often}.`, {
    hint:
      'It is not known whether the upload arrived. Check again later, or look at the audience in ' +
      'the Amazon console.',
  });
}

function undecidedJob({ jobPatienceMs }: AudienceApi): NetworkError {
  const minutes = jobPatienceMs / 60_000;
  return new NetworkError('job_undecided', `The job is still PENDING after ${minutes} minutes.`, {
    hint: 'Amazon usually decides within 15 minutes. Check again later.',
  });
}

function refuseJob(id: string): ConfigError {
  return new ConfigError(
    'unknown_job',
    `Amazon has no job ${JSON.stringify(id)} in the region of this connection.`,
    {
      hint: 'Job ids are the request ids in the log.',
      next: 'postback logs --event audience_create --json',
    },
  );
}
