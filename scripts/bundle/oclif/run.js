// What stands for `@oclif/core` in the door. Its own index loads all that there is, with a check of the Node version that our `engines`
// make already, and costs every start 15 ms.
export { run } from '@oclif/core/run';
export { settings } from '@oclif/core/settings';
