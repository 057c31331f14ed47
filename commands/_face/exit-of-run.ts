import type { Summary } from '../../src/delivery/tally.js';
import { EXIT, type ExitCode } from './exit-codes.js';

/** The exit code of a run, by what became of its postbacks: 4, then 5, then 3 (contract.md section 1). */
export function exitOfRun({ waiting, failed, invalid }: Summary, sawBadEncoding: boolean): ExitCode {
  if (waiting.credential > 0) return EXIT.auth;
  if (waiting.transient > 0 || waiting.throttled > 0) return EXIT.pending;
  if (sawBadEncoding) return EXIT.input;
  return failed > 0 || invalid > 0 ? EXIT.failed : EXIT.done;
}
