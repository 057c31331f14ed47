// What stands for `wsl-utils` in the bundle. oclif asks at every start whether this is WSL, which costs two files and node:child_process
// (5 ms), and tells the answer in a user agent that nobody is sent.
module.exports = { isWsl: false, powerShellPath: async () => 'powershell.exe' };
