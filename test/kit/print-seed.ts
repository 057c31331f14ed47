import { SEED } from './seed.js';

/** Prints the seed before and after a run: the first line survives a run that is killed. */
export default function printSeed(): () => void {
  const print = (): void => {
    console.log(`seed ${SEED} (SEED=${SEED} repeats this run)`);
  };
  print();
  return print;
}
