import { emptyLintCounts, lintInputs, type LintCounts } from '../src/events/lint.js';
import { BaseCommand } from './_face/base-command.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { argument, defineArgs, defineFlags } from './_face/flags.js';
import { readInputArguments } from './_face/inputs.js';
import { toSafeJson } from './_face/io.js';
import { formatFlag } from './_face/run-flags.js';
import { warnOfEmpty } from './_face/run-view.js';
import { printLint } from './_face/validate-view.js';

export default class Validate extends BaseCommand<typeof Validate> {
  static override summary = 'check event files, and name every problem';
  static override description =
    'Reads events as send would and names every record that is none, by file, line, field and code, with a count per ' +
    'code. Nothing is sent or recorded, and nothing needs to be connected. The codes are in docs/errors.md.';
  static override examples = [
    '<%= config.bin %> validate events.jsonl',
    '<%= config.bin %> validate --json *.jsonl | jq .codes',
    'zcat export.json.gz | <%= config.bin %> validate - --format ga4',
  ];
  static override strict = false;
  static override args = defineArgs({
    file: argument({ description: 'event files, packed with gzip or not; - or a pipe is stdin', multiple: true }),
  });
  static override flags = defineFlags({ format: formatFlag() });
  static override notes = { exitCodes: [EXIT.input, EXIT.interrupted, EXIT.terminated] };

  protected async execute(): Promise<ExitCode> {
    const inputs = readInputArguments(this.inputContext, this.args.file ?? [], this.flags.format);
    const counts = emptyLintCounts();
    const tell = (message: string): void => void this.io.remark(this.io.color.err.dim(message));
    const problems = lintInputs(inputs, counts, tell, this.signal);
    await (this.io.json ? this.#printJson(problems, counts) : printLint(this.io, problems, counts));
    if (!this.signal.aborted) for (const name of counts.empty) await warnOfEmpty(this.io, `${name} holds no record.`);
    return counts.invalid > 0 || counts.lines === 0 ? EXIT.input : EXIT.done;
  }

  /** One object, written piece by piece: there may be more problems than memory. */
  async #printJson(batches: AsyncIterable<object[]>, counts: LintCounts): Promise<void> {
    let separator = '{"problems":[';
    for await (const problems of batches) {
      await this.io.write(separator + problems.map(toSafeJson).join(','));
      separator = ',';
    }
    const opening = separator === ',' ? '' : separator;
    await this.io.out(`${opening}],${toSafeJson(counts).slice(1)}`);
  }
}
