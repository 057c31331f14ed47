import { expect, test } from 'vitest';

interface Module {
  loadRequiresLate: (text: string) => string;
}

const { loadRequiresLate } = (await import(
  new URL('../../scripts/bundle/late-requires.js', import.meta.url).href
)) as Module;

/** Runs a CommonJS text; what it requires is told in `loaded`, in order. */
function run(text: string, modules: Record<string, unknown>): { exports: Record<string, unknown>; loaded: string[] } {
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
  const { exports, loaded } = run(loadRequiresLate(TEXT), MODULES);
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
