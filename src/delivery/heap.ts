import { setFlagsFromString } from 'node:v8';

/** By how much the heap may grow, in percent of what lives in it, before it is collected. 0: as V8 thinks best. */
const GROWTH_PERCENT = 150;

/** So long after the first answer a run has loaded and called its code, which V8 takes from a cache only under the flags that it was made with. */
const AFTER_MS = 300;

/** Where no answer comes: everything is known already, or a network is not there. */
const LATEST_MS = 5_000;

export interface HeapCare {
  /** Told of each answer of a network. */
  answered(): void;
  /** Ends it, so that the run's code can be cached as it is then. */
  end(): void;
}

/**
 * Keeps a long run as small as a short one. What lives is 20 MB however long the input is; left alone, V8 lets three times as much
 * garbage gather on it before it looks. With less growth than this a run needs less memory, and a tenth more CPU.
 *
 * @param onSettled called once, just before: the last moment at which a run that may be killed can keep its compiled code
 */
export function keepHeapSmall(onSettled: () => void = () => undefined): HeapCare {
  let isSettled = false;
  const settle = (): void => {
    if (isSettled) return;
    isSettled = true;
    onSettled();
    setGrowth(GROWTH_PERCENT);
  };
  const latest = setTimeout(settle, LATEST_MS).unref();
  let timer: NodeJS.Timeout | undefined;
  return {
    answered: () => {
      timer ??= setTimeout(settle, AFTER_MS).unref();
    },
    end: () => {
      clearTimeout(latest);
      clearTimeout(timer);
      setGrowth(0);
    },
  };
}

function setGrowth(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}
