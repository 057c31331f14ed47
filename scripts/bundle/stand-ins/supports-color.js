// What stands for chalk's look at the terminal in the bundle: `src/cli/io.ts` decides about colour
// and tells chalk (1.5 ms).
export default { stdout: false, stderr: false };
