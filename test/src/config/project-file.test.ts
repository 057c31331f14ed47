import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  findProjectFile,
  formatProject,
  readProjectFile,
} from '../../../src/config/project-file.js';
import { makeGoal } from '../goals/conversion.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postback-project-'));
  path = join(directory, 'postback.config.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('findProjectFile', () => {
  test('gives nothing where there is no file', () => {
    expect(findProjectFile(directory)).toBeUndefined();
    expect(() => readProjectFile(path)).toThrow(`Cannot read ${path}: the file does not exist.`);
  });

  test('reads what formatProject wrote', () => {
    const goals = [
      makeGoal({ id: 'a', filters: ['value>10'], map: { amazon: '1234567890' } }),
      makeGoal({ id: 'b' }),
    ];
    const settings = { 'delivery.rate': 5 };
    writeFileSync(path, formatProject({ workspace: 'game', goals, settings }));
    expect(findProjectFile(directory)).toEqual({ path, workspace: 'game', goals, settings });
  });

  test('knows a file without goals from one with none', () => {
    writeFileSync(path, '\uFEFF{}');
    expect(findProjectFile(directory)).toEqual({ path, settings: {} });
    writeFileSync(path, '{"goals":[]}');
    expect(findProjectFile(directory)).toEqual({ path, goals: [], settings: {} });
  });

  test.each([
    ['', 'the file is empty'],
    ['{"goals":[}', 'it is not valid JSON'],
    ['[]', 'it contains a list; expected an object'],
    [
      '{"gaols":[]}',
      'gaols is not known. Did you mean goals? Valid fields: workspace, goals, settings',
    ],
    ['{"workspace":1}', 'workspace is 1; expected text'],
    [
      '{"goals":[{"name":"a","event":"b","trigger":"c"}]}',
      'goals[0].trigger is "c"; expected once or repeatable',
    ],
    ['{"goals":[{"name":"a","event":"b","map":{"amazon":5}}]}', 'goals[0].map.amazon is a number'],
    ['{"settings":[]}', 'settings is a list; expected an object'],
    ['{"settings":{"delivery.rate":"5"}}', 'settings["delivery.rate"] is "5"; expected a number'],
    [
      '{"settings":{"delivery.rat":5}}',
      'settings["delivery.rat"] is not a setting. Did you mean delivery.rate?',
    ],
  ])('refuses %s', (text, words) => {
    writeFileSync(path, text);
    expect(() => findProjectFile(directory)).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: expect.stringContaining(`${path}: ${words}`) as string,
      }),
    );
  });

  test.each(['../x', 'UPPER', '.hidden', '', 'a'.repeat(65), 'dot.'])(
    'refuses %j as workspace',
    (workspace) => {
      writeFileSync(path, JSON.stringify({ workspace }));
      expect(() => findProjectFile(directory)).toThrow(
        expect.objectContaining({ code: 'workspace_invalid' }),
      );
    },
  );

  test.each([
    ['{"clientSecret":"hidden-text"}', 'clientSecret'],
    ['{"settings":{"amazon":{"refresh_token":"hidden-text"}}}', 'settings.amazon.refresh_token'],
    ['{"goals":[{"apiKey":"hidden-text"}]}', 'goals[0].apiKey'],
  ])('refuses the secret in %s and does not repeat it', (text, field) => {
    writeFileSync(path, text);
    const message = `${path}: ${field} looks like a secret. This file must not contain secrets.`;
    expect(() => findProjectFile(directory)).toThrow(
      expect.objectContaining({ code: 'secret_in_project_file', message }),
    );
  });

  test('does not quote a file that it cannot parse', () => {
    writeFileSync(path, '{"token":"hidden-text",}');
    expect(() => findProjectFile(directory)).toThrow(/^(?!.*hidden)/);
    writeFileSync(path, 'hidden-text');
    expect(() => findProjectFile(directory)).toThrow(/^(?!.*hidden)/);
  });

  test('refuses a directory in its place', () => {
    mkdirSync(path);
    expect(() => findProjectFile(directory)).toThrow('it is a directory');
  });
});
