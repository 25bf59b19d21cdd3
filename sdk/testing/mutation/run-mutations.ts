import { type Mutation, nameOf } from "./mutation.ts";
import type { MutationBench, MutationSubject } from "./mutation-bench.ts";
import { sample } from "./sample.ts";
import type { MutatedScenario } from "./weak-list.ts";

/** A part of all mutations: so many of each scenario, chosen by the seed. */
export interface MutationSample {
  readonly perScenario: number;
  readonly seed: string;
}

/**
 * Runs a scenario once to see what its tool does, then once with every fault that this allows.
 * Throws where it fails without any.
 */
export async function runMutations(
  subject: MutationSubject,
  part: MutationSample | undefined,
  bench: MutationBench,
): Promise<MutatedScenario> {
  const { tool, title } = subject.scenario;
  const scenario = `${tool}: ${title}`;
  const possible = await bench.observe(subject);
  const chosen =
    part === undefined ? possible : sample(possible, part.perScenario, `${part.seed}\n${scenario}`, nameOf);
  const survived = await survivorsOf(subject, chosen, bench);
  return {
    scenario,
    possible: possible.map(nameOf),
    ran: chosen.map(nameOf),
    survived: survived.map(nameOf),
  };
}

async function survivorsOf(
  subject: MutationSubject,
  chosen: readonly Mutation[],
  bench: MutationBench,
): Promise<readonly Mutation[]> {
  const survived = await survivorsOn(subject, chosen, bench, false);
  if (chosen.length === 0 || survived.length === chosen.length) return survived;
  try {
    await bench.observe(subject);
    return survived;
  } catch {
    // It minds what earlier runs left behind in their server, so failing has shown nothing so far.
    return await survivorsOn(subject, chosen, bench, true);
  }
}

async function survivorsOn(
  subject: MutationSubject,
  chosen: readonly Mutation[],
  bench: MutationBench,
  fresh: boolean,
): Promise<readonly Mutation[]> {
  const survived: Mutation[] = [];
  for (const mutation of chosen) if (await bench.survives(subject, mutation, fresh)) survived.push(mutation);
  return survived;
}
