import { constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';

/** A descriptor that this process was started with, as the file system names it. */
const OWN_DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/;

/**
 * Opens what is not a regular file: a FIFO, the pipe of a process substitution, a terminal, a
 * device. It is opened once, and read by the first and only stream that is asked for.
 *
 * A FIFO is opened without waiting for its writer, and the event loop waits for its bytes: a
 * blocking `open` or `read` would hold a thread that no signal reaches, so that the process could
 * not end.
 * @throws the system's error
 */
export function openStream(path: string): () => Readable {
  const descriptor = openDescriptor(path);
  return () => {
    const found = fstatSync(descriptor);
    if (found.isFIFO() || found.isSocket())
      return new Socket({ fd: descriptor, readable: true, writable: false });
    if (isatty(descriptor)) return new ReadStream(descriptor);
    return createReadStream('', { fd: descriptor });
  };
}

function openDescriptor(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    // Sockets cannot be opened by name; what we were started with is open already.
    const digits = path === '/dev/stdin' ? '0' : OWN_DESCRIPTOR.exec(path)?.[1];
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO' || digits === undefined) throw error;
    return Number(digits);
  }
}
