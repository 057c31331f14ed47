// Replaces oclif's look at the terminal: `src/cli/io.ts` decides about color.
exports.supportsColor = () => false;
