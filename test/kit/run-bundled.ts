/** Runs a CommonJS text of the bundle; what it requires is told in `loaded`, in order. */
export function runBundled(
  text: string,
  modules: Record<string, unknown>,
): { exports: Record<string, unknown>; loaded: string[] } {
  const loaded: string[] = [];
  const module = { exports: {} as Record<string, unknown> };
  const require = (id: string): unknown => {
    loaded.push(id);
    return modules[id];
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const evaluate = new Function('module', 'exports', 'require', text) as (...parts: unknown[]) => void;
  evaluate(module, module.exports, require);
  return { exports: module.exports, loaded };
}
