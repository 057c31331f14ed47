import { readJob } from '../../src/audiences/job.js';
import { jobData, printJob } from '../../src/cli/audience-view.js';
import { endWithVerdict } from '../../src/cli/errors.js';
import { EXIT, type ExitCode } from '../../src/cli/exit-codes.js';
import { argument, defineArgs, defineFlags, toggle } from '../../src/cli/flags.js';
import { countOf } from '../../src/cli/text.js';
import { WorkspaceCommand } from '../../src/cli/workspace-command.js';

export default class AudiencesStatus extends WorkspaceCommand<typeof AudiencesStatus> {
  static override summary = 'show the result of an upload to an audience list';
  static override description =
    'Amazon accepts records first and decides later. A job id is the request id of an attempt ' +
    'in the log. The log records the result during sync --wait, the next sync, or replay. This ' +
    'command only asks; it records nothing.';
  static override examples = [
    '<%= config.bin %> audiences status 1155d3e3-b18c-4b2b-a3b2-26173cdaf770',
    '<%= config.bin %> audiences status 1155d3e3-b18c-4b2b-a3b2-26173cdaf770 --wait --json',
  ];
  static override args = defineArgs({
    job: argument({ description: 'id of the job', required: true }),
  });
  static override flags = defineFlags({
    wait: toggle({ summary: 'wait until the job is decided' }),
  });
  static override notes = { exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending] };

  protected async execute(): Promise<ExitCode> {
    return this.withWorkspace(async (workspace) => {
      const { job } = this.args;
      const report = await readJob(workspace, job, this.flags.wait, this.signal);
      await this.present(jobData(job, report), () => printJob(this.io, job, report));
      if (report.state !== 'FAILED' && report.invalid.length === 0) return EXIT.done;
      const refused = countOf(report.invalid.length, 'record');
      return endWithVerdict(this.io, {
        code: 'job_failed',
        message:
          report.state === 'FAILED' ? `Job ${job} failed.` : `Job ${job} refused ${refused}.`,
        hint: 'The result on stdout has the reasons.',
        exit: EXIT.failed,
      });
    });
  }
}
