// A real terminal to type into: tmux with a server of its own. For the walk of docs/walk.md, and
// for the tests of prompts and widths.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether there is a tmux that can set variables of a session (3.2 and later). */
export function hasTmux() {
  try {
    const [, major, minor] =
      /(\d+)\.(\d+)/.exec(execFileSync('tmux', ['-V'], { encoding: 'utf8' })) ?? [];
    return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 2);
  } catch {
    return false;
  }
}

/**
 * Opens a shell in a terminal of so many columns and rows, with these variables and no others.
 * @param {{ columns: number, rows?: number, cwd: string, env: Record<string, string> }} options
 */
export function openTerminal({ columns, rows = 50, cwd, env }) {
  const socket = `postback-${randomBytes(4).toString('hex')}`;
  /** @param {string[]} args */
  const tmux = (...args) =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });
  const variables = Object.entries({ TERM: 'screen-256color', PS1: '$ ', LANG: 'C.UTF-8', ...env });
  const shell = ['env', '-i', ...variables.map(([name, value]) => `${name}=${value}`), 'sh'];
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), '-c', cwd, ...shell);
  tmux('set-option', '-g', 'history-limit', '20000');
  tmux('set-option', '-g', 'status', 'off');
  tmux('resize-window', '-x', String(columns), '-y', String(rows));

  /**
   * What is on the screen, lines that went up included. @param {{ colored?: boolean, joined?:
   * boolean }} options
   */
  const read = ({ colored = false, joined = false } = {}) => {
    const flags = [...(colored ? ['-e'] : []), ...(joined ? ['-J'] : [])];
    return tmux('capture-pane', '-p', '-S', '-', ...flags).trimEnd();
  };

  /** Waits until `pattern` is on the screen. @param {RegExp} pattern @param {number} timeoutMs */
  const waitFor = async (pattern, timeoutMs = 40_000) => {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const found = pattern.exec(read({ joined: true }));
      if (found) return found;
      if (Date.now() > until) throw new Error(`never on the screen: ${String(pattern)}\n${read()}`);
      await delay(60);
    }
  };

  return {
    read,
    waitFor,
    /** Types text as it is. @param {string} text */
    type: (text) => void tmux('send-keys', '-l', '--', text),
    /** Presses keys by their tmux names: Enter, Down, C-c. @param {string[]} keys */
    press: (...keys) => void tmux('send-keys', ...keys),
    /** Takes everything off the screen. */
    clear: () => {
      tmux('send-keys', '-R');
      tmux('clear-history');
    },
    close: () => {
      try {
        tmux('kill-server');
      } catch {
        // It has ended by itself.
      }
    },
  };
}
