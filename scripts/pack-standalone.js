// `npm run pack:standalone`: one archive of the program with a Node runtime of its own.
import { program } from 'commander';
import { openPacker, RUNTIME_VERSION, THIS_MACHINE } from './release/standalone.js';

const { platform, arch, ...options } = program
  .description('pack postback with its own Node runtime')
  .option('--platform <name>', 'linux, darwin or win', THIS_MACHINE.platform)
  .option('--arch <name>', 'x64 or arm64', THIS_MACHINE.arch)
  .option('--node <version>', 'version of the runtime in the registry', RUNTIME_VERSION)
  .option('--out <folder>', 'where the archive goes', '.')
  .parse()
  .opts();

const packer = openPacker(options);
try {
  console.log(packer.packOne({ platform, arch }).path);
} finally {
  packer.close();
}
