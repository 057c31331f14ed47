import type { ExplainedRecord } from '../src/delivery/explain-input.js';
import { explainInput } from '../src/delivery/explain-input.js';
import { explainLogged } from '../src/delivery/explain-log.js';
import type { Input } from '../src/events/input.js';
import { FORMAT_CHOICES } from '../src/events/event-parser.js';
import type { Workspace } from '../src/workspace.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { readExplainTarget } from './_face/explain-target.js';
import { printExplanation } from './_face/explain-view.js';
import { argument, choice, defineArgs, defineFlags, integer } from './_face/flags.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

export default class Explain extends WorkspaceCommand<typeof Explain> {
  static override summary = 'why an event was or was not sent, gate by gate';
  static override description =
    'FILE:LINE is judged as send would judge it now, with the rest of the file and the log at hand; FILE alone: its first ' +
    'conversion. An event id is looked up in the log: its attempts, its skips, and the request that it would make now. ' +
    'Nothing is sent or recorded, and no network needs to be connected.';
  static override examples = [
    '<%= config.bin %> explain events.jsonl:12',
    '<%= config.bin %> explain 7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10',
    'tail -1 events.jsonl | <%= config.bin %> explain - --json',
  ];
  static override args = defineArgs({
    target: argument({ description: 'an event id of the log, FILE, FILE:LINE, or - for stdin' }),
  });
  static override flags = defineFlags({
    limit: integer({ summary: 'of FILE without LINE, this many conversions', min: 1, default: 1 }),
    format: choice({ summary: 'what the file holds (default: the first line tells)', options: FORMAT_CHOICES })(),
  });
  static override notes = { exitCodes: [EXIT.failed, EXIT.auth, EXIT.input] };

  protected async execute(): Promise<ExitCode> {
    const target = readExplainTarget(this.inputContext, this.args.target);
    return this.withWorkspace(async (workspace) => {
      if ('input' in target) return this.#explainLines(workspace, target.input, target.line);
      const explanation = explainLogged(workspace, target.eventId);
      await this.present(explanation, () => printExplanation(this.io, explanation, 'in the log'));
      return EXIT.done;
    });
  }

  async #explainLines(workspace: Workspace, input: Input, line: number | undefined): Promise<ExitCode> {
    const { limit, format } = this.flags;
    const where = { input: { ...input, ...(format && { format }) }, ...(line === undefined ? {} : { line }) };
    let exit: ExitCode = EXIT.done;
    const run = { ...where, limit, networks: [], goals: [], signal: this.signal };
    for await (const record of explainInput(workspace, run)) {
      if (record.eventId === null) exit = EXIT.failed;
      await this.#print(record);
    }
    return exit;
  }

  async #print(record: ExplainedRecord): Promise<void> {
    await this.present(record, () => printExplanation(this.io, record, `${record.file}:${record.line}`));
  }
}
