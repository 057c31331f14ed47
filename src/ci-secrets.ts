type Variables = Readonly<Record<string, string | undefined>>;

/** Hint and next command for variables that a CI job lacks. */
export interface CiAdvice {
  hint: string;
  next: string;
}

/**
 * Says where a CI job gets its missing variables from, in the words of the service that runs it;
 * undefined outside of CI. A job cannot run `connect`, which needs a browser. GitHub:
 * https://docs.github.com/actions/security-guides/using-secrets-in-github-actions (2026-12-01);
 * GitLab: https://docs.gitlab.com/ci/variables/ (2026-12-01). Pure.
 * @param missing names of the variables, all in capitals
 */
export function adviseOnSecrets(
  missing: readonly string[],
  variables: Variables,
): CiAdvice | undefined {
  const names = missing.join(', ');
  const it = missing.length === 1 ? 'it' : 'them';
  const next = 'postback help environment';
  if (variables['GITHUB_ACTIONS'] === 'true') {
    const [first = ''] = missing;
    const pass = `env: ${first}: \${{ secrets.${first} }}`;
    const hint =
      `Add ${names} as secrets of the repository (Settings > Secrets and variables > Actions), ` +
      `and pass ${it} to the job, such as ${pass}.`;
    return { hint, next };
  }
  if (variables['GITLAB_CI'] === 'true') {
    const hint =
      `Add ${names} as masked variables of the project (Settings > CI/CD > Variables). ` +
      'Protected variables reach jobs of protected branches only.';
    return { hint, next };
  }
  if (!isCi(variables)) return undefined;
  return { hint: `Add ${names} to the secrets of the CI job.`, next };
}

function isCi({ CI: value = '' }: Variables): boolean {
  return !['', '0', 'false'].includes(value.toLowerCase());
}
