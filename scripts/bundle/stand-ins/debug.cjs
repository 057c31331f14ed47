// What stands for `debug` in the bundle: oclif's log of what it looks for, which costs a start 5
// ms, is not kept.
module.exports = () => () => undefined;
