import type { ClusterAddress } from "../../sdk/testing/cluster-reader.ts";
import { ScenarioFailure } from "../../sdk/testing/expect.ts";
import type { ScenarioRun, ToolAnswer } from "../../sdk/testing/scenario.ts";
import type { WiredLab } from "./stage.ts";
import type { Wire, WireRequest } from "./wire.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A call as it went. */
export interface PlayedCall {
  readonly tool: string;
  readonly args: Arguments;
  /** Missing where the server went away before it answered. */
  readonly answer?: ToolAnswer;
  /** What the server sent meanwhile. */
  readonly requests: readonly WireRequest[];
}

/** A call that the scenario is about to make. */
export interface Attempt {
  readonly tool: string;
  readonly args: Arguments;
  /** Which call of the run it is, from 0. */
  readonly ordinal: number;
  /** For further calls. */
  readonly run: ScenarioRun;
  readonly wire: Wire;
  /** The cluster behind the wire. */
  readonly address: ClusterAddress;
  /** Makes it. */
  proceed(): Promise<ToolAnswer>;
}

/** Decides what becomes of a call; an ordinary one proceeds. */
export type OnCall = (attempt: Attempt) => Promise<ToolAnswer>;

/** Ends the scenario on purpose. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** A run whose every call is noted in `calls`, and goes through `onCall`. */
export function watchedRun(
  plain: ScenarioRun,
  { wire, target }: WiredLab,
  calls: PlayedCall[],
  onCall: OnCall,
): ScenarioRun {
  const call = async (tool: string, args: Arguments = {}): Promise<ToolAnswer> => {
    const from = wire.requests.length;
    const ordinal = calls.length;
    let answer: ToolAnswer | undefined;
    const note = () => {
      const requests = wire.requests.slice(from);
      calls[ordinal] = { tool, args, requests, ...(answer === undefined ? {} : { answer }) };
    };
    note();
    const proceed = async () => {
      answer = await plain.call(tool, args);
      return answer;
    };
    try {
      answer = await onCall({ tool, args, ordinal, run, wire, address: target.address, proceed });
      return answer;
    } finally {
      note();
    }
  };
  const run: ScenarioRun = {
    ...plain,
    call,
    ok: async (tool, args) => {
      const answer = await call(tool, args);
      if (answer.isError) throw new ScenarioFailure(`${tool} was to succeed and answered: ${answer.text}`);
      return answer;
    },
    refused: async (tool, args, code) => {
      const answer = await call(tool, args);
      if (answer.code === code) return answer;
      throw new ScenarioFailure(`${tool} was to be refused with ${code}, not: ${answer.text}`);
    },
  };
  return run;
}
