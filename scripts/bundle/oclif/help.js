// What stands for `@oclif/core` in our help.
export { CommandHelp, Help } from '@oclif/core/help';
