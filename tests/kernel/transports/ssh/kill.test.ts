import { expect, test } from "@jest/globals";
import { Client } from "ssh2";
import { type StopParts, stopGroup } from "../../../../kernel/transports/ssh/kill.ts";

test("a command that let go of its output is not taken for ended where the node does not answer", async () => {
  const connection: StopParts["connection"] = {
    isAlive: () => true,
    withSpareChannel: () => Promise.reject(new Error("no channel in time")),
  };
  const parts = { client: new Client(), connection, group: 1, sudo: [], closed: Promise.resolve() };
  expect(await stopGroup(parts)).toBe("left");
});
