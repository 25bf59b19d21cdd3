import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ContainerRoute } from "../../../../kernel/transports/guests/container.ts";
import type { SshTransport } from "../../../../kernel/transports/ssh/transport.ts";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { type LabPrograms, serveLabPrograms } from "../../../helpers/lab-programs.ts";
import { startSshd, type TestSshd } from "../../../helpers/sshd.ts";
import { command, errorOf, NODE, textOf, transportTo } from "../ssh/harness.ts";

let lab: Lab;
let sshd: TestSshd;
let programs: LabPrograms;
let ssh: SshTransport;
let route: ContainerRoute;

const guest = { kind: "lxc", node: NODE, vmid: 201 } as const;

beforeAll(async () => {
  lab = await createLab({ seed: "small", speed: 1 });
  sshd = await startSshd();
  programs = await serveLabPrograms(lab, sshd, NODE);
  ssh = transportTo(sshd);
  route = new ContainerRoute(ssh);
});

afterAll(async () => {
  await ssh.close();
  await programs.close();
  await sshd.close();
  await lab.close();
});

/** Resolves when so many programs of the lab run. */
async function runs(count: number): Promise<void> {
  while (programs.running() !== count) await new Promise((resolve) => setImmediate(resolve));
}

describe("a lab's containers behind a real SSH server", () => {
  test("run 100 commands at once, each to its own end", async () => {
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        route.run(guest, command(["sh", "-c", `cat; exit ${at}`], { stdin: `in ${at}`, timeoutMs: 120_000 })),
      ),
    );
    expect(all.map(({ exitCode }) => exitCode)).toEqual(all.map((_, at) => at));
    expect(all.map(textOf)).toEqual(all.map((_, at) => `in ${at}`));
    await runs(0);
  }, 120_000);

  test("end what is cancelled", async () => {
    const stop = new AbortController();
    const running = route.run(guest, command(["sleep", "3000"], { signal: stop.signal }));
    await runs(1);
    stop.abort();
    expect(await errorOf(running)).toMatchObject({ code: "cancelled", details: { vmid: 201 } });
    await runs(0);
  });

  test("leave the outcome open where the connection drops, and take the next command", async () => {
    const running = route.run(guest, command(["sleep", "3000"]));
    await runs(1);
    sshd.dropConnections();
    expect(await errorOf(running)).toMatchObject({ code: "outcome_unknown" });
    expect(textOf(await route.run(guest, command(["hostname"])))).toBe("dns1\n");
  });

  test("say that they are stopped", async () => {
    const stopped = { ...guest, vmid: 204 };
    await ssh.run(NODE, command(["pct", "stop", "204"]));
    expect(await errorOf(route.run(stopped, command(["true"])))).toMatchObject({ code: "conflict" });
  });
});
