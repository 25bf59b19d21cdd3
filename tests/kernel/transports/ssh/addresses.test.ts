import { describe, expect, test } from "@jest/globals";
import { Secret } from "../../../../kernel/secrets/secret.ts";
import { NodeAddresses } from "../../../../kernel/transports/ssh/addresses.ts";
import { lazySsh } from "../../../../kernel/transports/ssh/lazy.ts";
import { RestFault, type RestTransport } from "../../../../kernel/transports/types.ts";
import { command, errorOf } from "./harness.ts";

const settings = {
  username: "root",
  key: { secret: new Secret("unused") },
  hostKeys: [],
  port: 22,
  addresses: { pve2: { host: "192.0.2.22", port: 2222 }, pve3: { host: "pve3.example", port: undefined } },
};

/** A cluster that answers `/cluster/status` so, and counts how often it was asked. */
function clusterOf(answer: () => unknown) {
  let asked = 0;
  const rest: RestTransport = {
    // The fake answers whatever type the caller expects.
    read: async <T>() => {
      asked += 1;
      return answer() as T;
    },
    write: () => Promise.reject(new Error("an address is looked up, not written")),
    close: async () => undefined,
  };
  return { rest, asked: () => asked };
}

const STATUS = [
  { type: "cluster", name: "prod" },
  { type: "node", name: "pve1", ip: "192.0.2.1" },
  { type: "node", name: "pve2", ip: "192.0.2.2" },
];

describe("the address of a node", () => {
  test("is the one that the cluster knows, asked for once", async () => {
    const { rest, asked } = clusterOf(() => STATUS);
    const addresses = new NodeAddresses(rest, settings);
    expect(await addresses.of("pve1")).toEqual({ node: "pve1", host: "192.0.2.1", port: 22 });
    expect(await addresses.of("pve1")).toEqual({ node: "pve1", host: "192.0.2.1", port: 22 });
    expect(asked()).toBe(1);
  });

  test("is the operator's where there is one, without asking", async () => {
    const { rest, asked } = clusterOf(() => STATUS);
    const addresses = new NodeAddresses(rest, settings);
    expect(await addresses.of("pve2")).toEqual({ node: "pve2", host: "192.0.2.22", port: 2222 });
    expect(await addresses.of("pve3")).toEqual({ node: "pve3", host: "pve3.example", port: 22 });
    expect(asked()).toBe(0);
  });

  test("of an unknown node is an error that names the known ones", async () => {
    const error = await errorOf(new NodeAddresses(clusterOf(() => STATUS).rest, settings).of("pve9"));
    expect(error).toMatchObject({ code: "not_found" });
    expect(error.next).toContain("pve1, pve2");
  });

  test("that the cluster does not tell takes a right, or a setting", async () => {
    const refused = () => {
      throw new RestFault("answer", "Permission check failed (/, Sys.Audit)", { status: 403 });
    };
    const error = await errorOf(new NodeAddresses(clusterOf(refused).rest, settings).of("pve1"));
    expect(error).toMatchObject({ code: "forbidden" });
    expect(error.next).toContain("PROXMOX_SHELL_SSH_HOSTS");
  });
});

test("without a key nothing is asked or sent, and variables have their cluster's names", async () => {
  const { rest, asked } = clusterOf(() => STATUS);
  const ssh = lazySsh({ prefix: "PROXMOX_PROD_" }, 1_000, rest);
  const error = await errorOf(ssh.run("pve1", command(["true"])));
  expect(error).toMatchObject({ code: "unsupported" });
  expect(error.next).toContain("PROXMOX_PROD_SHELL_SSH_PRIVATE_KEY_PATH");
  expect(asked()).toBe(0);
  await ssh.close();
});
