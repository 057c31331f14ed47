import { expect, test } from 'vitest';
import { resolveDirectories } from '../../../src/config/directories.js';

test.each<[string, Record<string, string>, NodeJS.Platform, string, string, string]>([
  [
    'POSTBACK_HOME',
    { POSTBACK_HOME: '/p', XDG_CONFIG_HOME: '/c' },
    'linux',
    '/h',
    '/p/config',
    '/p/data',
  ],
  [
    'POSTBACK_HOME on Windows',
    { POSTBACK_HOME: 'D:\\p' },
    'win32',
    'C:\\h',
    'D:\\p\\config',
    'D:\\p\\data',
  ],
  [
    'an empty POSTBACK_HOME',
    { POSTBACK_HOME: '' },
    'linux',
    '/h',
    '/h/.config/postback',
    '/h/.local/share/postback',
  ],
  ['Linux', {}, 'linux', '/h', '/h/.config/postback', '/h/.local/share/postback'],
  [
    'XDG',
    { XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: '/d' },
    'freebsd',
    '/h',
    '/c/postback',
    '/d/postback',
  ],
  [
    'XDG that is relative',
    { XDG_CONFIG_HOME: 'c' },
    'linux',
    '/h',
    '/h/.config/postback',
    '/h/.local/share/postback',
  ],
  [
    'macOS',
    { XDG_CONFIG_HOME: '/c' },
    'darwin',
    '/h',
    '/h/Library/Preferences/postback',
    '/h/Library/Application Support/postback',
  ],
  [
    'Windows',
    { APPDATA: 'C:\\r', LOCALAPPDATA: 'C:\\l' },
    'win32',
    'C:\\h',
    'C:\\r\\postback\\Config',
    'C:\\l\\postback\\Data',
  ],
  [
    'Windows without variables',
    {},
    'win32',
    'C:\\h',
    'C:\\h\\AppData\\Roaming\\postback\\Config',
    'C:\\h\\AppData\\Local\\postback\\Data',
  ],
])('%s', (_, environment, platform, home, config, data) => {
  expect(resolveDirectories(environment, platform, home)).toEqual({ config, data });
});

test('a relative POSTBACK_HOME is taken from the working directory', () => {
  expect(resolveDirectories({ POSTBACK_HOME: 'here' }, 'linux', '/h').config).toBe(
    `${process.cwd()}/here/config`,
  );
});
