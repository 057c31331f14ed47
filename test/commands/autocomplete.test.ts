import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeFolder, PROGRAM, runPostback } from '../kit/run.js';

const hasShell = (name: string): boolean => {
  try {
    execFileSync(name, ['-c', 'exit 0'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** A home with a goal and a second workspace, and `postback` on the PATH. */
async function makeShellHome(): Promise<{ env: NodeJS.ProcessEnv; home: string }> {
  const [home, bin] = [await makeFolder(), await makeFolder()];
  symlinkSync(PROGRAM, join(bin, 'postback'));
  await runPostback(['goals', 'add', '--template', 'first-purchase'], { home });
  await runPostback(['goals', 'add', '--template', 'wishlist-add', '--workspace', 'game-two'], {
    home,
  });
  mkdirSync(join(home, 'data', 'game-three'), { recursive: true });
  return {
    home,
    env: {
      ...process.env,
      CI: '',
      POSTBACK_HOME: home,
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    },
  };
}

test.skipIf(!hasShell('bash'))(
  'bash completes commands, goals, workspaces and values, with the real names',
  async () => {
    const { env, home } = await makeShellHome();
    const complete = async (...words: string[]): Promise<string[]> => {
      const quoted = ['postback', ...words].map((word) => `'${word}'`).join(' ');
      const script = `eval "$(postback autocomplete bash)"; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _postback; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script], {
        env,
        cwd: home,
      });
      return stdout.trim().split('\n');
    };
    expect(await complete('goals', 'ed')).toEqual(['edit']);
    expect(await complete('goals', 'show', '')).toEqual(['first-purchase']);
    expect(await complete('goals', 'show', '--workspace', '')).toEqual([
      'default',
      'game-three',
      'game-two',
    ]);
    expect(await complete('goals', 'show', '--workspace', 'game-two', '')).toEqual([
      'wishlist-add',
    ]);
    expect(await complete('map', 'first-purchase', 'am')).toEqual(['amazon']);
    expect(await complete('config', 'set', 'consent.d')).toEqual(['consent.default']);
  },
);

test.skipIf(!hasShell('zsh'))('zsh and fish load what they are given', async () => {
  const { env, home } = await makeShellHome();
  const script =
    'autoload -U compinit && compinit -D; eval "$(postback autocomplete zsh)"; whence _postback';
  const { stdout } = await promisify(execFile)('zsh', ['-f', '-c', script], { env, cwd: home });
  expect(stdout.trim()).toBe('_postback');
});

test('each shell has a script, and without one the shell at hand is told', async () => {
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    const { code, stdout } = await runPostback(['autocomplete', shell]);
    expect([code, stdout.includes('postback complete')]).toEqual([0, true]);
  }
  const { code, stdout, stderr } = await runPostback(['autocomplete'], {
    env: { SHELL: '/usr/bin/fish' },
  });
  expect([code, stdout]).toEqual([0, 'postback autocomplete fish | source\n']);
  expect(stderr).toContain('config.fish');
  expect((await runPostback(['autocomplete', 'tcsh'])).code).toBe(2);
});

test('completes what it can over broken files, and prints nothing else', async () => {
  const home = await makeFolder();
  const env = { POSTBACK_HOME: join(home, 'not', 'there') };
  const { code, stdout, stderr } = await runPostback(['complete', '--', 'goals', 'show', ''], {
    home,
    env,
  });
  expect([code, stdout, stderr]).toEqual([0, '', '']);
});
