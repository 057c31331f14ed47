// What stands for `@oclif/core` in the bundle: its parts by name. Its own index loads all of them, with a check of the Node version
// that our `engines` make already, and costs every start 15 ms.
export * as Args from '@oclif/core/args';
export { Command } from '@oclif/core/command';
export * as Errors from '@oclif/core/errors';
export * as Flags from '@oclif/core/flags';
export { CommandHelp, Help, loadHelpClass } from '@oclif/core/help';
export { run } from '@oclif/core/run';
export { settings } from '@oclif/core/settings';
export { ux } from '@oclif/core/ux';
