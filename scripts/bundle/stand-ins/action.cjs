// Replaces oclif's spinner, which this program never shows.
exports.default = class {
  stop() {}
};
exports.__esModule = true;
