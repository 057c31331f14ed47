import { stringifyExact } from '../src/exact-json.js';
import type { Update } from '../src/delivery/report.js';
import { accountsOf, setStage } from '../src/delivery/stage.js';
import type { Summary } from '../src/delivery/tally.js';
import { listRefused, type TestResult } from '../src/delivery/test-results.js';
import type { TestPlan } from '../src/delivery/test-plan.js';
import { listCautions, planTests } from '../src/delivery/test-plan.js';
import { rehearseTests, runTests } from '../src/delivery/test-run.js';
import { UsageError } from '../src/errors.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { defineFlags, list, toggle } from './_face/flags.js';
import { endRun, exitOfRun } from './_face/run-end.js';
import { confirmOrYes } from './_face/prompts.js';
import { describeTarget, printNextSteps, RunView } from './_face/run-view.js';
import { printTests } from './_face/test-view.js';
import { countOf } from './_face/text.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

export default class Test extends WorkspaceCommand<typeof Test> {
  static override summary = 'send a made-up conversion for each goal, to see that it arrives';
  static override description =
    'One test conversion for each mapped goal and connected network, of a person who does not exist. It goes to the ' +
    'test mapping (postback map GOAL NETWORK ID --test) or to the test area of the network: a goal with neither is refused, unless ' +
    '--live sends a real conversion. Every test has an event id of its own and is in the log.';
  static override examples = [
    '<%= config.bin %> test --json',
    '<%= config.bin %> test --goal first-purchase --network amazon',
    '<%= config.bin %> test --dry-run',
  ];
  static override flags = defineFlags({
    network: list({ summary: 'only these networks', helpValue: 'NAME' }),
    goal: list({ summary: 'only these goals', helpValue: 'ID' }),
    live: toggle({ summary: 'send real conversions by the real mapping: networks count them' }),
    yes: toggle({ char: 'y', summary: 'do not ask before real conversions are sent' }),
    'dry-run': toggle({ summary: 'show the requests; send and record nothing' }),
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const { live, goal: goals = [] } = this.flags;
    const selection = { live, goals, networks: (this.flags.network ?? []).map(readNetworkName) };
    return this.withWorkspace(async (workspace) => {
      const stage = setStage(workspace, selection);
      const plan = planTests(workspace, stage, selection);
      if (plan.ready.length === 0) return this.#refuse(plan);
      if (this.flags['dry-run']) {
        const rehearsed = rehearseTests(workspace, stage, plan);
        return this.#show(rehearsed, () => this.io.out(stringifyExact(rehearsed.requests, 2)));
      }
      if (live) {
        await this.io.remark(describeTarget(workspace.name, accountsOf(stage)));
        await this.io.remark(
          `These are real: ${countOf(plan.ready.length, 'conversion')} will be counted by the network.`,
        );
        const question = `Send ${countOf(plan.ready.length, 'real conversion')}? The networks count them.`;
        if (!(await confirmOrYes(this.prompting, { question, yes: this.flags.yes }))) {
          await this.io.remark('Nothing was sent.');
          return EXIT.done;
        }
      }
      for (const caution of live ? [] : listCautions(stage, plan)) await this.io.remark(caution);
      const view = new RunView(this.io);
      const report = (update: Update): void => view.show(update);
      const summary = await runTests(workspace, plan, { ...selection, report, signal: this.signal });
      return this.#show(summary, () => printNextSteps(this.io, summary, this.signal.aborted));
    });
  }

  async #show(summary: Summary & { tests: TestResult[] }, more: () => Promise<void>): Promise<ExitCode> {
    await this.present(summary, async () => {
      await printTests(this.io, summary.tests);
      await more();
    });
    const exit = summary.dryRun ? exitOfRun(summary) : await endRun(this.io, summary);
    // A test that a gate stopped has shown nothing.
    return exit === EXIT.done && summary.skipped > 0 ? EXIT.failed : exit;
  }

  async #refuse(plan: TestPlan): Promise<never> {
    const tests = listRefused(plan);
    if (this.io.json) await this.io.out({ tests });
    else if (tests.length > 0) await printTests(this.io, tests);
    const [first] = tests;
    if (!first) {
      throw new UsageError('nothing_to_test', 'No goal is mapped at a connected network.', {
        next: 'postback map',
      });
    }
    throw new UsageError(
      'no_test_destination',
      `Nothing was sent: ${tests.map(({ message }) => message).join('; ')}.`,
      {
        hint: 'Give the goals a test mapping or the connection a test code, or send real conversions with --live.',
        next: `postback map ${first.goal} ${first.network} VALUE --test`,
      },
    );
  }
}
