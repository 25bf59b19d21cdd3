import "reflect-metadata";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { container } from "tsyringe";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import type { ClusterSettings, Settings } from "../../../kernel/settings/types.ts";
import { LOGGER, REDACTOR, SETTINGS } from "../../../kernel/tokens.ts";
import { ConfiguredClusters } from "../../../kernel/transports/clusters.ts";
import { answer, decodeForm, refuse, ScriptedServer } from "../../helpers/scripted-server.ts";
import { certificate, clusterSettings, faultOf, limits, SECRET, silent } from "./harness.ts";

let server: ScriptedServer;
let clusters: ConfiguredClusters;
const redactor = createRedactor();

function configure(settings: readonly ClusterSettings[]): ConfiguredClusters {
  const own = container.createChildContainer();
  // Only these parts of the settings concern clusters.
  own.register(SETTINGS, { useValue: { clusters: settings, limits } as unknown as Settings });
  own.register(REDACTOR, { useValue: redactor });
  own.register(LOGGER, { useValue: silent });
  return own.resolve(ConfiguredClusters);
}

beforeEach(async () => {
  server = await ScriptedServer.start(certificate, (_, response) => answer(response, null));
  clusters = configure([clusterSettings(server.port)]);
});

afterEach(async () => {
  await clusters.close();
  await server.stop();
});

test("nothing is connected before the first request", () => {
  expect(clusters.get().name).toBe("test");
  expect(clusters.get().knownVersion()).toBeUndefined();
  expect(server.connections).toBe(0);
});

test("the token's secret is known to the redactor from the start", () => {
  expect(redactor.text(`x${SECRET}y`)).toBe("x[redacted]y");
});

describe("choosing a cluster", () => {
  test("by name, or the only one", () => {
    expect(clusters.get("test")).toBe(clusters.get());
    expect(() => clusters.get("other")).toThrow(
      expect.objectContaining({ code: "invalid_input", next: "Give `cluster` as one of: test." }),
    );
  });

  test("must be said where there are several", async () => {
    const several = configure([clusterSettings(server.port), clusterSettings(server.port, { name: "two" })]);
    expect(several.get("two").name).toBe("two");
    expect(() => several.get()).toThrow(
      expect.objectContaining({ code: "invalid_input", next: "Give `cluster` as one of: test, two." }),
    );
    await several.close();
  });
});

describe("the version", () => {
  test("is asked once, and chooses the catalog", async () => {
    server.script = (_, response) => answer(response, { version: "8.4.1", release: "8.4", repoid: "x" });
    const cluster = clusters.get();

    expect((await cluster.catalog()).release).toBe("9.2");
    const expected = { version: "8.4.1", release: "8.4", major: 8 };
    await expect(Promise.all([cluster.version(), cluster.version()])).resolves.toEqual([expected, expected]);
    await cluster.version();
    expect(cluster.knownVersion()).toEqual(expected);
    expect(server.seen).toHaveLength(1);
    expect((await cluster.catalog()).release).toBe("8.4");
  });

  test("is asked again after a failure", async () => {
    server.script = (_, response) => refuse(response, 500, "starting");
    const cluster = clusters.get();

    expect((await faultOf(cluster.version())).reason).toBe("starting");
    server.script = (_, response) => answer(response, { version: "9.2.11", release: "9.2" });
    await expect(cluster.version()).resolves.toMatchObject({ major: 9 });
  });

  test.each([null, {}, { version: "nine" }])("that is missing (%j) is a fault", async (data) => {
    server.script = (_, response) => answer(response, data);
    expect((await faultOf(clusters.get().version())).kind).toBe("no_answer");
  });
});

test("typed parameters are encoded as the catalog says", async () => {
  const cluster = clusters.get();
  const endpoint = (await cluster.catalog()).endpoint("POST /nodes/{node}/qemu/{vmid}/clone");
  if (endpoint === undefined) throw new Error("the catalog has no clone");

  await cluster.rest.write({
    endpoint,
    params: { node: "pve1", vmid: 100, newid: 101, full: true, name: undefined },
  });
  expect(server.seen[0]?.path).toBe("/api2/json/nodes/pve1/qemu/100/clone");
  expect(decodeForm(server.seen[0]?.body ?? "")).toEqual({ newid: ["101"], full: ["1"] });
});

test("the inventory comes over the same connections", async () => {
  server.script = (_, response) => answer(response, [{ type: "node", node: "pve1", status: "online" }]);
  const inventory = await clusters.get().inventory.read();

  expect(inventory.nodes).toEqual([{ node: "pve1", status: "online" }]);
  expect(server.seen.map(({ path }) => path)).toEqual(["/api2/json/cluster/resources"]);
});
