import { expect, test } from "@jest/globals";
import { vmFeature } from "../../../plugins/vm/vm-feature.ts";
import { vmPending } from "../../../plugins/vm/vm-pending.ts";
import { vmRrd } from "../../../plugins/vm/vm-rrd.ts";
import { fakeReader, fakeVm, pageOf, readOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({
  guests: [fakeVm({ vmid: 100, name: "web", node: "pve2" })],
  answers: {
    "GET /nodes/{node}/qemu/{vmid}/pending": [
      { key: "memory", value: "512", pending: "1024" },
      { key: "cores", value: 2 },
    ],
    "GET /nodes/{node}/qemu/{vmid}/feature": { hasFeature: 0, nodes: ["pve2"] },
    "GET /nodes/{node}/qemu/{vmid}/rrddata": ({ timeframe, cf }: Readonly<Record<string, string>>) => [
      { time: 60, cpu: timeframe === "day" && cf === "MAX" ? 0.5 : 0 },
    ],
  },
});

test("what waits is listed, and what is in force is not", async () => {
  expect((await pageOf(vmPending, { vmid: 100 }, reader)).rows).toEqual([
    expect.objectContaining({ option: "memory", present: "512", pending: "1024" }),
  ]);
});

test("an ability is told with the nodes", async () => {
  expect(await readOf(vmFeature, { vmid: "web", feature: "clone", snapname: "s1" }, reader)).toMatchObject({
    title: "snapshot s1 of VM 100 (web) on pve2",
    fields: { feature: "clone", possible: false, nodes: ["pve2"] },
  });
});

test("time frame and kind of points are passed on", async () => {
  const { rows } = await pageOf(vmRrd, { vmid: 100, timeframe: "day", cf: "MAX" }, reader);
  expect(rows).toMatchObject([{ figure: "cpu", unit: "%", last: 50 }]);
});
