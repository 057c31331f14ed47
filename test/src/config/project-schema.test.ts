import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { readProjectFile } from '../../../src/config/project-file.js';
import { buildProjectSchema } from '../../../src/config/project-schema.js';
import { SETTING_RULES } from '../../../src/config/settings.js';
import { ConfigError } from '../../../src/errors.js';
import { makeFolder } from '../../kit/log.js';
import { compileSchema } from '../../kit/schema.js';

const accepts = compileSchema(buildProjectSchema());

function reads(content: unknown): boolean {
  const path = join(makeFolder(), 'postback.config.json');
  writeFileSync(path, JSON.stringify(content));
  try {
    readProjectFile(path);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

const VALUES = [
  null,
  '',
  'full',
  'never',
  'US',
  'usa',
  'drop',
  'raw',
  0,
  1,
  7,
  2.5,
  99,
  1_000_000_000,
  true,
  [],
  {},
];

test.each(Object.keys(SETTING_RULES))('the setting %s takes what the program takes', (name) => {
  for (const value of VALUES) {
    const project = { settings: { [name]: value } };
    expect({ project, accepted: accepts(project) }).toEqual({ project, accepted: reads(project) });
  }
});

test.each([
  [{}],
  [{ workspace: 'my-game' }],
  [{ workspace: 'My Game' }],
  [{ workspace: 'game.' }],
  [{ workspace: 7 }],
  [{ goals: [] }],
  [{ goals: {} }],
  [{ goals: [{ name: 'Purchase', event: 'purchase' }] }],
  [{ goals: [{ name: 'Purchase' }] }],
  [{ settings: { nothing: 1 } }],
  [{ settings: [] }],
  [{ colour: 'red' }],
])('%j', (project) => {
  expect(accepts(project)).toBe(reads(project));
});
