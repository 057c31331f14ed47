import { createHash } from 'node:crypto';
import { closeSync, writeSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { messageOf, UsageError } from '../errors.js';
import { describeProblem, type LintProblem } from '../events/lint.js';
import { openToReplace, type Protected } from '../files/output-file.js';
import { text } from './flags.js';
import { toSafeJson } from './io.js';

/** Where invalid records are listed for GitLab. */
export const codeQualityFlag = text({
  summary: 'write invalid lines to this file as a GitLab code quality report',
  helpValue: 'FILE',
});

const SEVERITIES = { error: 'major', warning: 'minor' } as const;

/**
 * Returns a finding as GitLab reads it
 * (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format, 2026-12-01). Pure.
 * @param root folder of the repository, which GitLab's paths are relative to
 */
export function formatFinding(
  { severity, file, line, element, field, code, message }: LintProblem,
  root: string,
): object {
  const path = relative(root, resolve(file)).split(sep).join('/');
  const place = [path, line, element ?? '', field, code].join('\0');
  return {
    description: describeProblem({ field, message }),
    check_name: code,
    // The same finding has the same print in each pipeline, so that GitLab can compare them.
    fingerprint: createHash('sha256').update(place).digest('hex').slice(0, 32),
    severity: SEVERITIES[severity],
    location: { path, lines: { begin: line } },
  };
}

/** The report of `--code-quality`: a JSON array with one finding a line. */
export class CodeQuality {
  readonly #file: number | undefined;
  readonly #root: string;
  #count = 0;

  private constructor(file: number | undefined, root: string) {
    this.#file = file;
    this.#root = root;
  }

  /**
   * Opens the file, and replaces an earlier report in it; without a path, notes nothing.
   * @throws UsageError when the file cannot be written, or holds something else
   */
  static open(path: string | undefined, guard: Protected): CodeQuality {
    const root = process.env['CI_PROJECT_DIR'] || process.cwd();
    if (path === undefined) return new CodeQuality(undefined, root);
    const rule = { ...guard, flag: '--code-quality', isOurs: isReport };
    return new CodeQuality(openToReplace(path, rule), root);
  }

  /** Writes a finding. */
  note(problem: LintProblem): void {
    if (this.#file === undefined) return;
    const separator = this.#count++ === 0 ? '[' : ',\n';
    this.#write(separator + toSafeJson(formatFinding(problem, this.#root)));
  }

  /** Passes problems on and notes each. */
  async *noteAll<T extends LintProblem>(batches: AsyncIterable<T[]>): AsyncIterable<T[]> {
    for await (const batch of batches) {
      for (const problem of batch) this.note(problem);
      yield batch;
    }
  }

  /** Ends the report. One without findings is an empty array, which GitLab requires too. */
  close(): void {
    if (this.#file === undefined) return;
    this.#write(this.#count === 0 ? '[]\n' : ']\n');
    if (this.#file > 2) closeSync(this.#file);
  }

  #write(text: string): void {
    try {
      writeSync(this.#file as number, text);
    } catch (error) {
      const message = `--code-quality could not be written: ${messageOf(error)}.`;
      throw new UsageError('output_unwritable', message, {
        hint: 'Free some space or name another file, then run the same command again.',
        cause: error,
      });
    }
  }
}

/** Whether the first line of a file shows that it is a report. */
function isReport(line: string): boolean {
  return line === '[]' || line.startsWith('[{"description":');
}
