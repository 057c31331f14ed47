// What stands in the bundle for oclif's measuring of itself, which nobody switches on here.
exports.OCLIF_MARKER_OWNER = '@oclif/core';
exports.Performance = {
  mark: () => undefined,
  collect: async () => undefined,
  debug: () => undefined,
};
