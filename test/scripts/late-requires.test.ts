import { expect, test } from 'vitest';

import { runBundled } from '../kit/run-bundled.js';

interface Module {
  loadRequiresLate: (text: string) => string;
}

const { loadRequiresLate } = (await import(
  new URL('../../scripts/bundle/late-requires.js', import.meta.url).href
)) as Module;

const TEXT = `const require_rolldown_runtime = require("./runtime.js");
const require_base = require("../chunks/base.js");
const require_base$1 = require("../chunks/other.js");
let node_os = require("node:os");
node_os = require_rolldown_runtime.r(node_os, 1);
let node_util = require("node:util");

var Thing = class extends require_base.Base { name() { return (0, require_base.nameOf)(this); } };
exports.Thing = Thing;
exports.make = () => new require_base$1.Other(...require_base.list);
exports.home = () => node_os.homedir() + node_os.default.homedir();
exports.own = (it) => it.node_util + { node_utility: 1 }.node_utility;
`;

const MODULES = {
  '../chunks/base.js': {
    Base: class Base {
      readonly kind = 'base';
    },
    nameOf: () => 'name',
    list: ['a', 'b'],
  },
  '../chunks/other.js': {
    Other: class Other {
      readonly parts: string[];
      constructor(...parts: string[]) {
        this.parts = parts;
      }
    },
  },
  'node:os': { homedir: () => '/home' },
};

test('does what the chunk did, and loads a module when it is first used, once', () => {
  const { exports, loaded } = runBundled(loadRequiresLate(TEXT), MODULES);
  expect(loaded).toEqual(['../chunks/base.js']);
  const { Thing, make, home, own } = exports as {
    Thing: new () => { name(): string };
    make: () => { parts: string[] };
    home: () => string;
    own: (it: object) => unknown;
  };
  expect(new Thing().name()).toBe('name');
  expect(make().parts).toEqual(['a', 'b']);
  expect(make()).toBeInstanceOf(MODULES['../chunks/other.js'].Other);
  expect(home()).toBe('/home/home');
  expect(own({ node_util: 2 })).toBe(3);
  expect(loaded).toEqual(['../chunks/base.js', '../chunks/other.js', 'node:os']);
});

test('leaves a chunk that needs nothing as it is', () => {
  const text = 'const one = 1;\nexports.one = () => require("./late.js") + one;\n';
  expect(loadRequiresLate(text)).toBe(text);
});
