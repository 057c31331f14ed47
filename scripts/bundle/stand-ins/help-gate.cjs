// Replaces oclif's help in its `main.js`: the flags that ask for help are known without the modules
// that print it.
const { getHelpFlagAdditions, normalizeArgv } = require('oclif-lib:help/util');

module.exports = {
  getHelpFlagAdditions,
  normalizeArgv,
  loadHelpClass: (config) => require('@oclif/core/help').loadHelpClass(config),
};
