import { PassThrough, Writable } from 'node:stream';
import { createIO, type IO, type IOParts, type Output } from '../../src/cli/io.js';

/** A stream that keeps what is written; `columns` makes it a terminal. */
export class MemoryOutput extends Writable {
  text = '';
  readonly isTTY: boolean;

  constructor(readonly columns?: number) {
    super();
    this.isTTY = columns !== undefined;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

export interface MemoryIO {
  io: IO;
  stdout: MemoryOutput;
  stderr: MemoryOutput;
}

/** A terminal in memory: `columns` wide, or a pipe where there are none. */
export function createMemoryIO(columns?: number, parts: Partial<IOParts> = {}): MemoryIO {
  const [stdout, stderr] = [new MemoryOutput(columns), new MemoryOutput(columns)];
  const stdin = Object.assign(new PassThrough(), { isTTY: columns !== undefined });
  const streams = { stdin, stdout: stdout as Output, stderr: stderr as Output };
  const io = createIO({
    ...streams,
    environment: { TERM: 'xterm' },
    json: false,
    noColor: false,
    ...parts,
  });
  return { io, stdout, stderr };
}
