// Replaces packages that oclif needs only for features that this program does not use (see
// bundle.js).
module.exports = new Proxy(
  {},
  {
    get(_target, name) {
      // Interop code asks a module these two before it is used.
      if (name === '__esModule' || name === 'default') return undefined;
      throw new Error(`This part of oclif is not in the program (${String(name)}).`);
    },
  },
);
