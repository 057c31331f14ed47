import { messageOf } from '../../errors.js';
import { answerJson, readJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { FaultInjector } from '../faults/fault-injector.js';
import { findFaultProblem, type FaultRule } from '../faults/fault-rule.js';
import { parseFault } from '../faults/fault-text.js';

/**
 * `/_sandbox/faults`: GET lists, POST adds, PUT replaces, DELETE removes all or `/faults/<id>`. A
 * fault is an object or the text of a `--fault` flag; POST and PUT take one or an array.
 */
export function answerFaults(faults: FaultInjector, request: SandboxRequest): SandboxAnswer {
  const id = request.path.slice('/faults/'.length);
  switch (request.method) {
    case 'GET':
      return answerJson(200, { seed: faults.seed, faults: faults.list() });
    case 'DELETE':
      if (id === '') faults.replace([]);
      else if (!faults.remove(Number(id)))
        return answerJson(404, { message: `There is no fault ${id}.` });
      return answerJson(200, { seed: faults.seed, faults: faults.list() });
    case 'POST':
    case 'PUT':
      return changeFaults(faults, request);
    default:
      return answerJson(405, { message: 'Faults take GET, POST, PUT and DELETE.' });
  }
}

function changeFaults(faults: FaultInjector, request: SandboxRequest): SandboxAnswer {
  const read = readRules(request);
  if ('problem' in read) return answerJson(400, { message: read.problem });
  if (request.method === 'PUT') faults.replace(read.rules);
  else for (const rule of read.rules) faults.add(rule);
  return answerJson(200, { seed: faults.seed, faults: faults.list() });
}

function readRules(request: SandboxRequest): { rules: FaultRule[] } | { problem: string } {
  const read = readJson(request);
  if (!read) return { problem: 'The body is not JSON.' };
  const rules: FaultRule[] = [];
  for (const given of Array.isArray(read.value) ? (read.value as unknown[]) : [read.value]) {
    if (typeof given === 'string') {
      try {
        rules.push(parseFault(given));
      } catch (error) {
        return { problem: messageOf(error) };
      }
      continue;
    }
    const problem = findFaultProblem(given);
    if (problem) return { problem };
    rules.push(given as FaultRule);
  }
  return { rules };
}
