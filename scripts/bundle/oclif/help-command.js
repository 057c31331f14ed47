// What stands for `@oclif/core` in the command of @oclif/plugin-help.
export * as Args from '@oclif/core/args';
export { Command } from '@oclif/core/command';
export * as Flags from '@oclif/core/flags';
export { loadHelpClass } from '@oclif/core/help';
