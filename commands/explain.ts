import { explainInput } from '../src/delivery/explain-input.js';
import type { ExplainedGate } from '../src/delivery/explain-verdict.js';
import { explainLogged, type LoggedPostback } from '../src/delivery/explain-log.js';
import type { ExplainedPostback, Explanation } from '../src/delivery/explain.js';
import type { Input } from '../src/events/input.js';
import { FORMAT_CHOICES } from '../src/events/event-parser.js';
import type { Workspace } from '../src/workspace.js';
import { endWithVerdict } from '../src/cli/errors.js';
import { EXIT, type ExitCode } from '../src/cli/exit-codes.js';
import { readExplainTarget } from '../src/cli/explain-target.js';
import { printExplanation } from '../src/cli/explain-view.js';
import { argument, choice, defineArgs, defineFlags, integer, toggle } from '../src/cli/flags.js';
import { WorkspaceCommand } from '../src/cli/workspace-command.js';

export default class Explain extends WorkspaceCommand<typeof Explain> {
  static override summary = 'show why an event was or was not sent, gate by gate';
  static override description =
    'FILE:LINE is evaluated as send would evaluate it now, given the rest of the file and the ' +
    'log. FILE alone explains its first conversion. An event id is looked up in the log, which ' +
    'shows its attempts, its skips and the request that it would make now. Sends and records ' +
    'nothing, and works without a connected network.';
  static override examples = [
    '<%= config.bin %> explain events.jsonl:12',
    '<%= config.bin %> explain 7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10',
    'tail -1 events.jsonl | <%= config.bin %> explain - --json',
  ];
  static override args = defineArgs({
    target: argument({ description: 'an event id in the log, FILE, FILE:LINE, or - for stdin' }),
  });
  static override flags = defineFlags({
    limit: integer({
      summary: 'for FILE without LINE: number of conversions to explain',
      min: 1,
      default: 1,
    }),
    verbose: toggle({ summary: 'also print the rule of each gate and its source' }),
    format: choice({
      summary: 'format of the file (default: detected from the first line)',
      options: FORMAT_CHOICES,
    })(),
  });
  static override notes = { exitCodes: [EXIT.failed, EXIT.auth, EXIT.input] };

  protected async execute(): Promise<ExitCode> {
    const target = readExplainTarget(this.inputContext, this.args.target);
    return this.withWorkspace(async (workspace) => {
      if ('input' in target) return this.#explainLines(workspace, target.input, target.line);
      const explanation = await explainLogged(workspace, target.eventId);
      await this.#print(explanation, 'in the log');
      return EXIT.done;
    });
  }

  async #explainLines(
    workspace: Workspace,
    input: Input,
    line: number | undefined,
  ): Promise<ExitCode> {
    const { limit, format } = this.flags;
    const where = {
      input: { ...input, ...(format && { format }) },
      ...(line === undefined ? {} : { line }),
    };
    const invalid: string[] = [];
    const run = { ...where, limit, networks: [], goals: [], signal: this.signal };
    for await (const record of explainInput(workspace, run)) {
      if (record.eventId === null) invalid.push(`${record.file}:${record.line}`);
      await this.#print(record, `${record.file}:${record.line}`);
    }
    if (invalid.length === 0) return EXIT.done;
    return endWithVerdict(this.io, {
      code: 'lines_invalid',
      message: `${invalid.join(', ')} ${invalid.length === 1 ? 'is' : 'are'} invalid.`,
      hint: 'The result on stdout names the field. Fix the line and send it again.',
      exit: EXIT.failed,
    });
  }

  async #print(
    explanation: Explanation<ExplainedPostback | LoggedPostback>,
    origin: string,
  ): Promise<void> {
    const { verbose } = this.flags;
    const gates = verbose ? explanation.gates : explanation.gates.map(leaveOutSource);
    await this.present({ ...explanation, gates }, () =>
      printExplanation(this.io, explanation, { origin, verbose }),
    );
  }
}

function leaveOutSource({
  source: _source,
  ...gate
}: ExplainedGate): Omit<ExplainedGate, 'source'> {
  return gate;
}
