import { stringifyExact } from '../src/exact-json.js';
import type { Update } from '../src/delivery/report.js';
import { accountsOf, resolveTargets } from '../src/delivery/resolve-targets.js';
import type { Summary } from '../src/delivery/tally.js';
import { listRefused, type TestResult } from '../src/delivery/test-results.js';
import type { TestPlan } from '../src/delivery/test-plan.js';
import { listCautions, planTests } from '../src/delivery/test-plan.js';
import { dryRunTests, runTests } from '../src/delivery/test-run.js';
import { UsageError } from '../src/errors.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { endWithVerdict } from '../src/cli/errors.js';
import { EXIT, type ExitCode } from '../src/cli/exit-codes.js';
import { defineFlags, list, toggle, yesFlag } from '../src/cli/flags.js';
import { endRun, exitOfRun } from '../src/cli/run-end.js';
import { confirmOrYes } from '../src/cli/prompts.js';
import { describeTarget, printNextSteps, RunView } from '../src/cli/run-view.js';
import { printTests } from '../src/cli/test-view.js';
import { countOf } from '../src/cli/text.js';
import { WorkspaceCommand } from '../src/cli/workspace-command.js';

export default class Test extends WorkspaceCommand<typeof Test> {
  static override summary = 'send a test conversion for each goal to verify delivery';
  static override description =
    'Sends one test conversion, of a person who does not exist, for each mapped goal and ' +
    'connected network. It goes to the test mapping (postback map GOAL NETWORK ID --test) or ' +
    'to the test mode of the network. A goal without either is refused unless --live sends a ' +
    'real conversion. Every test has its own event id and is recorded in the log.';
  static override examples = [
    '<%= config.bin %> test --json',
    '<%= config.bin %> test --goal first-purchase --network amazon',
    '<%= config.bin %> test --dry-run',
  ];
  static override flags = defineFlags({
    network: list({ summary: 'only these networks', helpValue: 'NAME' }),
    goal: list({ summary: 'only these goals', helpValue: 'ID' }),
    live: toggle({ summary: 'send real conversions to the real mapping; networks count them' }),
    yes: yesFlag('send real conversions without asking'),
    'allow-private': toggle({
      summary: 'allow endpoints of the project file at loopback, private or link-local addresses',
    }),
    'dry-run': toggle({ summary: 'show the requests without sending or recording anything' }),
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const { live, goal: goals = [] } = this.flags;
    const selection = { live, goals, networks: (this.flags.network ?? []).map(readNetworkName) };
    return this.withWorkspace(async (workspace) => {
      const runContext = resolveTargets(workspace, selection);
      const plan = planTests(workspace, runContext, selection);
      if (plan.ready.length === 0) return this.#refuse(plan);
      if (this.flags['dry-run']) {
        const dryRun = await dryRunTests(workspace, runContext, plan);
        return this.#show(dryRun, () => this.io.print(stringifyExact(dryRun.requests, 2)));
      }
      if (live) {
        await this.io.info(describeTarget(workspace.name, accountsOf(runContext)));
        await this.io.info(
          `These are real: ${countOf(plan.ready.length, 'conversion')} will be counted by the ` +
            'network.',
        );
        const question = `Send ${countOf(plan.ready.length, 'real conversion')}? The networks count them.`;
        if (!(await confirmOrYes(this.prompting, { question, yes: this.flags.yes }))) {
          await this.io.info('Nothing was sent.');
          return EXIT.done;
        }
      }
      for (const caution of live ? [] : listCautions(runContext, plan)) await this.io.info(caution);
      const view = new RunView(this.io);
      const report = (update: Update): void => {
        // The format of a synthetic event is nobody's question.
        if (update.type !== 'input') view.show(update);
      };
      const summary = await runTests(workspace, plan, {
        ...selection,
        report,
        signal: this.signal,
      });
      return this.#show(summary, () =>
        printNextSteps(this.io, summary, { isStopped: this.signal.aborted }),
      );
    });
  }

  async #show(
    summary: Summary & { tests: TestResult[] },
    more: () => Promise<void>,
  ): Promise<ExitCode> {
    await this.present(summary, async () => {
      await printTests(this.io, summary.tests);
      await more();
    });
    const exit = summary.dryRun ? exitOfRun(summary) : await endRun(this.io, summary);
    // A test that a gate stopped has shown nothing.
    if (exit !== EXIT.done || summary.skipped === 0) return exit;
    return endWithVerdict(this.io, {
      code: 'tests_skipped',
      message: `${countOf(summary.skipped, 'test')} skipped: ${Object.keys(summary.skips).join(', ')}.`,
      hint: 'A skipped test shows nothing about the delivery.',
      exit: EXIT.failed,
    });
  }

  async #refuse(plan: TestPlan): Promise<never> {
    const tests = listRefused(plan);
    if (this.io.json) await this.io.print({ tests });
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
        hint:
          'Give the goals a test mapping or the connection a test code, or send real conversions ' +
          'with --live.',
        next: `postback map ${first.goal} ${first.network} VALUE --test`,
      },
    );
  }
}
