import { expect, test } from 'vitest';

import { runBundled } from '../kit/run-bundled.js';

interface Module {
  makeRequiresLazy: (text: string) => string;
}

const { makeRequiresLazy } = (await import(
  new URL('../../scripts/bundle/lazy-requires.js', import.meta.url).href
)) as Module;

const TEXT = `"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod }; };
const used_1 = require("./used");
const unused_1 = require("./unused");
const whole_1 = __importDefault(require("whole"));
const plain = require("plain");
class Thing extends used_1.Base { name() { return (0, used_1.nameOf)(this) + whole_1.default + plain.text; } }
exports.Thing = Thing;
exports.make = () => new used_1.Base();
Object.defineProperty(exports, "late", { enumerable: true, get: function () { return unused_1.late; } });
`;

const MODULES = {
  './used': {
    Base: class Base {
      readonly kind = 'base';
    },
    nameOf: () => 'name ',
  },
  './unused': { late: 'late' },
  whole: 'whole ',
  plain: { text: 'plain' },
};

test('does what the text did, and loads a module when it is first used', () => {
  const { exports, loaded } = runBundled(makeRequiresLazy(TEXT), MODULES);
  expect(loaded).toEqual(['plain', './used']);
  const { Thing, make } = exports as { Thing: new () => { name(): string }; make: () => unknown };
  expect(new Thing().name()).toBe('name whole plain');
  expect(make()).toBeInstanceOf(MODULES['./used'].Base);
  expect(loaded).toEqual(['plain', './used', 'whole']);
  expect(exports['late']).toBe('late');
  expect(loaded).toEqual(['plain', './used', 'whole', './unused']);
});

test('leaves a text without imports of that form as it is', () => {
  const text = 'const one = require("./one");\nexports.one = one;\n';
  expect(makeRequiresLazy(text)).toBe(text);
});
