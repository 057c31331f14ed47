/** Environment variables of a remote session. */
const REMOTE_VARIABLES = ['SSH_TTY', 'SSH_CONNECTION', 'SSH_CLIENT'];

/** Whether this is an SSH session, where the user would not see a browser. */
export function isRemoteSession(variables: Readonly<Record<string, string | undefined>>): boolean {
  return REMOTE_VARIABLES.some((name) => variables[name]);
}

/** Opens the browser: a hint. Where there is none nothing happens, the URL has been printed. */
export async function openBrowser(url: string): Promise<void> {
  try {
    const { default: open } = await import('open');
    const child = await open(url);
    // A missing xdg-open shows only now, and would end the program.
    child.on('error', () => undefined);
  } catch {
    // Said already: the URL is on the screen.
  }
}
