import {
  emptyLintCounts,
  lintInputs,
  type LintCounts,
  type LintPart,
  type LintProblem,
} from '../src/events/lint.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { EXIT, type ExitCode } from '../src/cli/exit-codes.js';
import { endWithVerdict, type Verdict } from '../src/cli/errors.js';
import { annotateProblems } from '../src/cli/annotations.js';
import { CodeQuality, codeQualityFlag } from '../src/cli/code-quality.js';
import { argument, defineArgs, defineFlags } from '../src/cli/flags.js';
import { readInputArguments } from '../src/cli/inputs.js';
import { toSafeJson } from '../src/cli/io.js';
import { formatFlag } from '../src/cli/run-flags.js';
import { warnOfEmpty } from '../src/cli/run-view.js';
import { printLint } from '../src/cli/validate-view.js';

export default class Validate extends BaseCommand<typeof Validate> {
  static override summary = 'check event files and list every problem';
  static override description =
    'Reads events as send does and lists every invalid record by file, line, field and code, ' +
    'with a count per code. Sends and records nothing, and works without a connection. ' +
    '`postback help errors` explains the codes.';
  static override examples = [
    '<%= config.bin %> validate events.jsonl',
    '<%= config.bin %> validate --json *.jsonl | jq .codes',
    '<%= config.bin %> validate events.jsonl --code-quality gl-code-quality-report.json',
    'zcat export.json.gz | <%= config.bin %> validate - --format ga4',
  ];
  static override strict = false;
  static override args = defineArgs({
    file: argument({
      description: 'event files, optionally gzipped; - or a pipe for stdin',
      multiple: true,
    }),
  });
  static override flags = defineFlags({
    format: formatFlag(),
    'code-quality': codeQualityFlag,
  });
  static override notes = { exitCodes: [EXIT.input, EXIT.interrupted, EXIT.terminated] };

  protected async execute(): Promise<ExitCode> {
    await this.refuseUnknownWorkspace();
    const inputs = readInputArguments(this.inputContext, this.args.file ?? [], this.flags.format);
    const counts = emptyLintCounts();
    const read = this.#readProblems(lintInputs(inputs, counts, this.signal));
    const report = CodeQuality.open(this.flags['code-quality'], this.protectedFiles(inputs));
    const problems = annotateProblems(this.io, report.noteAll(read));
    try {
      await (this.io.json
        ? this.#printJson(problems, counts)
        : printLint(this.io, problems, counts));
    } finally {
      report.close();
    }
    // Where nothing holds a record, the error says so.
    if (!this.signal.aborted && (counts.lines > 0 || !this.io.json))
      for (const name of counts.empty) await warnOfEmpty(this.io, `${name} contains no records.`);
    if (counts.invalid === 0 && counts.lines > 0 && !this.signal.aborted) return EXIT.done;
    return endWithVerdict(this.io, validateCounts(counts));
  }

  /** Passes the problems on, and prints what is to be known of the inputs. */
  async *#readProblems(parts: AsyncIterable<LintPart>): AsyncGenerator<LintProblem[]> {
    for await (const { problems, notices } of parts) {
      for (const notice of notices) await this.io.info(this.io.color.err.dim(notice));
      if (problems.length > 0) yield problems;
    }
  }

  /** Prints one object piece by piece, because the problems may not fit into memory. */
  async #printJson(batches: AsyncIterable<object[]>, counts: LintCounts): Promise<void> {
    let separator = '{"problems":[';
    for await (const problems of batches) {
      await this.io.write(separator + problems.map(toSafeJson).join(','));
      separator = ',';
    }
    const opening = separator === ',' ? '' : separator;
    await this.io.print(`${opening}],${toSafeJson(counts).slice(1)}`);
  }
}

function validateCounts({ lines, invalid, empty }: LintCounts): Verdict {
  if (lines === 0) {
    const verb = empty.length === 1 ? 'contains' : 'contain';
    return {
      code: 'no_records',
      message: `${empty.join(', ')} ${verb} no records.`,
      hint: 'Check whether this is the right input.',
      exit: EXIT.input,
    };
  }
  return {
    code: 'lines_invalid',
    message: `${invalid === 1 ? '1 line is' : `${invalid} lines are`} invalid.`,
    hint: 'stdout lists them as problems; postback help errors explains their codes.',
    exit: EXIT.input,
  };
}
