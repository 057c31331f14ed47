import { appendFileSync } from 'node:fs';
import type { Summary } from '../delivery/tally.js';
import { describeProblem, type LintProblem } from '../events/lint.js';
import type { IO } from './io.js';

/** A place in a file that a job points at. */
export interface AnnotatedPosition {
  file: string;
  line: number;
}

/**
 * Returns a workflow command that makes GitHub Actions show an error
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions, 2026-12-01). Pure.
 */
export function formatAnnotation(message: string, position?: AnnotatedPosition): string {
  const where = position
    ? ` file=${escapeProperty(position.file)},line=${position.line}`
    : ' title=postback';
  return `::error${where}::${escapeData(message)}`;
}

/** Maximum number of records that are annotated; GitHub shows few of each step. */
const ANNOTATED_RECORDS = 20;

/** Passes problems on, and annotates the first errors where a job of GitHub Actions reads them. */
export async function* annotateProblems<T extends LintProblem>(
  io: Pick<IO, 'isGitHubJob' | 'error'>,
  batches: AsyncIterable<T[]>,
): AsyncIterable<T[]> {
  let count = 0;
  for await (const batch of batches) {
    const errors = batch.filter(({ severity }) => severity === 'error');
    for (const problem of io.isGitHubJob ? errors : [])
      if (++count <= ANNOTATED_RECORDS)
        await io.error(formatAnnotation(`${problem.code}: ${describeProblem(problem)}`, problem));
    yield batch;
  }
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** The counts of a run as a Markdown table, for the page of a job. Pure. */
export function formatJobSummary(summary: Summary): string {
  const { command, workspace, lines, invalid, delivered, failed, pending, skipped } = summary;
  const row = [lines, invalid, delivered, failed, pending, skipped].join(' | ');
  return (
    `### postback ${command}, workspace ${workspace}\n\n` +
    '| lines | invalid | delivered | failed | pending | skipped |\n' +
    `| --- | --- | --- | --- | --- | --- |\n| ${row} |\n\n`
  );
}

/**
 * Appends the summary of a run to the page of the job; a page that cannot be written costs nothing.
 */
export function appendJobSummary(
  summary: Summary,
  path = process.env['GITHUB_STEP_SUMMARY'],
): void {
  if (path === undefined || path === '') return;
  try {
    appendFileSync(path, formatJobSummary(summary));
  } catch {
    return;
  }
}
