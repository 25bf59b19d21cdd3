import { beforeAll, describe, expect, test } from "@jest/globals";
import type { ToolAnswer } from "../../sdk/testing/scenario.ts";
import { cuts } from "./cuts.ts";
import { judged, type Known, ordinaryRun } from "./days.ts";
import { kills } from "./kills.ts";
import { changeTools } from "./subjects.ts";

const TOOL = "proxmox_pool_create";

describe("bad days of one tool", () => {
  let known: Known;
  beforeAll(async () => {
    const subject = (await changeTools(["cluster"])).find(({ name }) => name === TOOL);
    if (subject === undefined) throw new Error(`there is no scenario of ${TOOL}`);
    known = await ordinaryRun(subject);
  }, 60_000);

  test("each of its requests is cut at three moments, and each write is where the server is killed twice", () => {
    expect(known.requests.filter(({ isWrite }) => isWrite)).toMatchObject([
      { method: "POST", path: "/pools", forwarded: true },
    ]);
    expect(cuts(known)).toHaveLength(known.requests.length * 3);
    expect(kills(known)).toHaveLength(2);
  });

  test("a write that is cut before it reaches the cluster is never said to be done", async () => {
    let answer: ToolAnswer | undefined;
    const { played } = await judged(
      known.subject,
      {
        onCall: async ({ ordinal, wire, proceed }) => {
          if (ordinal !== known.ordinal) return proceed();
          wire.judge = ({ isWrite }) => (isWrite ? "cut" : "pass");
          answer = await proceed();
          return answer;
        },
      },
      known.usual,
      true,
    );
    expect(answer?.code).toBe("outcome_unknown");
    expect(played.writes.filter(({ method, path }) => method === "POST" && path === "/pools")).toMatchObject([
      { forwarded: false },
    ]);
  }, 60_000);

  test("where the disk is full nothing is changed", async () => {
    const { faults, played } = await judged(known.subject, { before: "ulimit -f 1" }, known.usual, false);
    const answers = played.calls.filter(({ tool, args }) => tool === TOOL && args.dryRun !== true);
    expect(answers[0]?.answer?.code).toBe("not_recorded");
    expect(played.writes).toEqual([]);
    expect(faults).toEqual([]);
  }, 60_000);
});
