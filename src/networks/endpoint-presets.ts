import { readTemplate } from './http/read-template.js';
import type { EndpointTemplate } from './http/template.js';

/** The templates that come with postback, by name. Each is a file in `presets/`. */
const PRESETS: Readonly<Record<string, () => Promise<{ default: unknown }>>> = {
  adjust: () => import('./http/presets/adjust.json', { with: { type: 'json' } }),
  affiliate: () => import('./http/presets/affiliate.json', { with: { type: 'json' } }),
  appsflyer: () => import('./http/presets/appsflyer.json', { with: { type: 'json' } }),
  branch: () => import('./http/presets/branch.json', { with: { type: 'json' } }),
  keitaro: () => import('./http/presets/keitaro.json', { with: { type: 'json' } }),
  tune: () => import('./http/presets/tune.json', { with: { type: 'json' } }),
  voluum: () => import('./http/presets/voluum.json', { with: { type: 'json' } }),
};

/** The names of the presets. */
export function listPresets(): string[] {
  return Object.keys(PRESETS);
}

/** The template of a preset; undefined where there is none of that name. */
export async function loadPreset(name: string): Promise<EndpointTemplate | undefined> {
  if (!Object.hasOwn(PRESETS, name)) return undefined;
  const file = await PRESETS[name]?.();
  return file && readTemplate(file.default);
}
