import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "@jest/globals";
import { FreshServers, WarmServers } from "../../../sdk/testing/servers.ts";

const script = fileURLToPath(new URL("../../helpers/idle-mcp-server.mjs", import.meta.url));
const command = { command: process.execPath, args: [script], env: { JOBS: "0" } };
const no = () => false;

const warm = new WarmServers();
afterAll(() => warm.close());

/** What tells one process from another, and the directory that it was given. */
async function whoIs(session: Awaited<ReturnType<WarmServers["start"]>>): Promise<string> {
  return (await session.call("who")).text;
}

describe("warm servers", () => {
  test("one serves run after run with the same settings, and no other run meanwhile", async () => {
    const first = await warm.start(command, no);
    const who = await whoIs(first);
    const meanwhile = await warm.start(command, no);
    expect(await whoIs(meanwhile)).not.toBe(who);
    await warm.stop(first);
    expect(await whoIs(await warm.start(command, no))).toBe(who);
  });

  test("other settings take another", async () => {
    const first = await warm.start(command, no);
    const who = await whoIs(first);
    await warm.stop(first);
    const other = await warm.start({ ...command, env: { JOBS: "0", OTHER: "1" } }, no);
    expect(await whoIs(other)).not.toBe(who);
  });

  test("one with a job that still runs is not used again", async () => {
    const busy = { ...command, env: { JOBS: "1" } };
    const first = await warm.start(busy, no);
    const who = await whoIs(first);
    await warm.stop(first);
    expect(await whoIs(await warm.start(busy, no))).not.toBe(who);
  });
});

test("fresh servers of one run share their state directory, and nothing else", async () => {
  const servers = new FreshServers();
  const first = await servers.start(command, no);
  const [pid, stateDir] = (await whoIs(first)).split(" ");
  await servers.stop(first);
  const second = await servers.start(command, no);
  const [otherPid, otherStateDir] = (await whoIs(second)).split(" ");
  await servers.stop(second);
  await servers.end();
  expect(otherPid).not.toBe(pid);
  expect(otherStateDir).toBe(stateDir);
});
