import { describe, expect, test } from "@jest/globals";
import { refuseUnserved } from "../../../kernel/call/refuse-unserved.ts";
import type { Hidden } from "../../../kernel/host/types.ts";
import type { ClusterAccess } from "../../../kernel/tokens.ts";
import { RestFault } from "../../../kernel/transports/types.ts";
import { recordSchema } from "../../../sdk/result-schemas.ts";
import { record } from "../../../sdk/results.ts";
import { defineTool } from "../../../sdk/tool.ts";
import { catalogFor, loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { hosted, SETTINGS } from "./harness.ts";

const NEW = defineTool({
  name: "test_rules",
  title: "Rules",
  describe: "Lists the rules.",
  risk: "read",
  uses: ["GET /cluster/ha/rules"],
  input: { type: "object", properties: {} },
  result: recordSchema(),
  read: async () => record({ title: "Rules", fields: {} }),
});

/** A cluster of which only the version matters; `ask` counts, and answers what is not known yet. */
function cluster(name: string, release: string | undefined, ask?: () => Promise<string>): ClusterAccess {
  let known = release;
  const version = (text: string) => ({
    release: text,
    version: `${text}.1`,
    major: Number.parseInt(text, 10),
  });
  const access = {
    name,
    knownVersion: () => (known === undefined ? undefined : version(known)),
    version: async () => {
      known ??= await ask?.();
      return version(known ?? "");
    },
    catalog: async () => (known === undefined ? loadCatalog() : catalogFor(known)),
  };
  // Nothing else of a cluster is asked for.
  return access as unknown as ClusterAccess;
}

const signal = new AbortController().signal;

function check(on: ClusterAccess, all: readonly ClusterAccess[], withheld?: Record<string, Hidden>) {
  const tool = {
    ...hosted(NEW, SETTINGS),
    ...(withheld ? { withheld: new Map(Object.entries(withheld)) } : {}),
  };
  return refuseUnserved(tool, on, all, signal);
}

describe("a tool of a newer release", () => {
  const prod = cluster("prod", "9.2");
  const lab = cluster("lab", "8.4");

  test("passes where the cluster has what it uses", async () => {
    await expect(check(prod, [prod, lab])).resolves.toBeUndefined();
  });

  test("is unsupported on an older one, and the clusters that can are named", async () => {
    await expect(check(lab, [prod, lab])).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("on the cluster lab: its Proxmox VE 8.4 lacks GET /cluster/ha/rules"),
      next: "Clusters that can serve it: prod.",
    });
  });

  test("may be for a cluster of unknown version, and says so", async () => {
    const far = cluster("far", undefined);
    await expect(check(lab, [lab, far])).rejects.toMatchObject({
      next: "Clusters that may serve it, of unknown version: far.",
    });
    await expect(check(lab, [lab, cluster("old", "7.4")])).rejects.toMatchObject({
      next: "No other configured cluster can serve it.",
    });
  });

  test("asks for a version that is not known, and refuses by it", async () => {
    const far = cluster("far", undefined, async () => "7.4");
    await expect(check(far, [prod, far])).rejects.toMatchObject({ code: "unsupported" });
  });

  test("does not ask where there is one cluster", async () => {
    const asked = () => Promise.reject(new Error("asked"));
    const only = cluster("only", undefined, asked);
    await expect(check(only, [only])).resolves.toBeUndefined();
  });

  test("tells where the version cannot be had", async () => {
    const down = () => Promise.reject(new RestFault("not_sent", "pve9:8006: connection refused"));
    const far = cluster("far", undefined, down);
    await expect(check(far, [prod, far])).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("Reading the version of the cluster far"),
    });
  });
});

test("a tool without enough evidence for one cluster's release is denied there", async () => {
  const prod = cluster("prod", "9.2");
  const other = cluster("other", "9.2");
  const why = { why: "it is experimental", show: "PROXMOX_MCP_MIN_VALIDATION=experimental would show it." };
  await expect(check(other, [prod, other], { other: why })).rejects.toMatchObject({
    code: "denied",
    message: expect.stringContaining("on the cluster other: it is experimental"),
    next: expect.stringMatching(/MIN_VALIDATION=experimental.*Clusters that can serve it: prod\./),
  });
  await expect(check(prod, [prod, other], { other: why })).resolves.toBeUndefined();
});
