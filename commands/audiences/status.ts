import { readJob } from '../../src/audiences/job.js';
import { jobData, printJob } from '../_face/audience-view.js';
import { EXIT, type ExitCode } from '../_face/exit-codes.js';
import { argument, defineArgs, defineFlags, toggle } from '../_face/flags.js';
import { WorkspaceCommand } from '../_face/workspace-command.js';

export default class AudiencesStatus extends WorkspaceCommand<typeof AudiencesStatus> {
  static override summary = 'what became of an upload to an audience list';
  static override description =
    'Amazon accepts records first and decides later. A job is the request id of an attempt in the log. What a sync ' +
    'uploaded is settled in the log by sync --wait, by the next sync, or by replay; this command asks, and records nothing.';
  static override examples = [
    '<%= config.bin %> audiences status 1155d3e3-b18c-4b2b-a3b2-26173cdaf770',
    '<%= config.bin %> audiences status 1155d3e3-b18c-4b2b-a3b2-26173cdaf770 --wait --json',
  ];
  static override args = defineArgs({ job: argument({ description: 'id of the job', required: true }) });
  static override flags = defineFlags({ wait: toggle({ summary: 'wait until it is decided' }) });
  static override notes = { exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending] };

  protected async execute(): Promise<ExitCode> {
    return this.withWorkspace(async (workspace) => {
      const { job } = this.args;
      const report = await readJob(workspace, job, this.flags.wait, this.signal);
      await this.present(jobData(job, report), () => printJob(this.io, job, report));
      return report.state === 'FAILED' || report.invalid.length > 0 ? EXIT.failed : EXIT.done;
    });
  }
}
