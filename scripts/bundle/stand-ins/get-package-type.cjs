// What stands for `get-package-type` in the bundle: it is CommonJS, and so is all that oclif loads
// of it.
exports.sync = () => 'commonjs';
