// Replaces oclif's look at the operating system. Its own asks whether this is the Windows Subsystem
// for Linux and which shell runs, for a user agent that is never sent: two files,
// `node:child_process` and, on Windows, a PowerShell.
const { homedir, platform } = require('node:os');

exports.getHomeDir = homedir;
exports.getPlatform = async () => platform();
exports.getShell = async () => 'unknown';
