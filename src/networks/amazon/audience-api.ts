import type { AudienceApi } from '../audience-network.js';
import { describeJobAnswer, pathOfJob, readJobReport } from './audience-answers.js';
import { audienceHeaders, JOB_PATIENCE_MS } from './audience-channel.js';
import {
  AUDIENCE_SCOPE,
  explainListRefusal,
  LIST_LIMITS,
  readCreatedList,
  readListReport,
  renderListQuery,
  renderListRequest,
} from './audience-lists.js';
import { prepareAudienceContent } from './audience-payload.js';
import { readTarget } from './target.js';

/** Audience lists of Amazon Marketing Cloud (docs/reference/amazon.md#audience-lists). */
export const amazonAudiences: AudienceApi = {
  scope: AUDIENCE_SCOPE,
  limits: LIST_LIMITS,
  jobPatienceMs: JOB_PATIENCE_MS,
  checkConnection: (connection) => void readTarget(connection),
  renderCreation: (connection, wanted, token) =>
    renderListRequest(readTarget(connection), wanted, token),
  renderQuery: (connection, id, token) => renderListQuery(readTarget(connection), id, token),
  renderJobQuery: (connection, job, accessToken) => {
    const target = readTarget(connection);
    return {
      method: 'GET',
      url: `${target.origin}${pathOfJob(job)}`,
      headers: { ...audienceHeaders(target), Authorization: `Bearer ${accessToken}` },
    };
  },
  readCreated: readCreatedList,
  readList: readListReport,
  readJob: readJobReport,
  describeJobAnswer,
  explainRefusal: explainListRefusal,
  prepare: prepareAudienceContent,
};
