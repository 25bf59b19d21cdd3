import { describe, expect, test } from "@jest/globals";
import {
  vmSnapshotCreate,
  vmSnapshotDelete,
  vmSnapshotGetConfig,
  vmSnapshotList,
  vmSnapshotRollback,
} from "../../../plugins/vm/vm-snapshots.ts";
import { codeOf, fakeReader, fakeVm, pageOf, planOf, readOf } from "../../helpers/fake-reader.ts";

const SNAPSHOTS = "GET /nodes/{node}/qemu/{vmid}/snapshot";

const reader = fakeReader({
  guests: [fakeVm({ vmid: 100, name: "web" }), fakeVm({ vmid: 101, name: "raw" })],
  answers: {
    [SNAPSHOTS]: [
      { name: "late", snaptime: 20, parent: "early", vmstate: 1, description: "with memory\n" },
      { name: "early", snaptime: 10 },
      { name: "current", parent: "late", description: "You are here!" },
    ],
    "GET /nodes/{node}/qemu/{vmid}/feature": ({ vmid }: { vmid: number }) => ({
      hasFeature: vmid === 100 ? 1 : 0,
    }),
    "GET /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config": {
      memory: "512",
      parent: "early",
      snaptime: 20,
      description: "with memory\n",
    },
  },
});

test("snapshots are listed oldest first, and the present state is none of them", async () => {
  const { rows } = await pageOf(vmSnapshotList, { vmid: "web" }, reader);
  expect(rows).toMatchObject([
    { name: "early", memory: false, current: false },
    { name: "late", memory: true, current: true, description: "with memory" },
  ]);
});

test("a snapshot is shown apart from the configuration in it", async () => {
  expect(await readOf(vmSnapshotGetConfig, { vmid: 100, snapname: "late" }, reader)).toMatchObject({
    fields: { snaptime: 20, parent: "early", memory: true, config: { memory: "512" } },
  });
  expect(await codeOf(readOf(vmSnapshotGetConfig, { vmid: 100, snapname: "none" }, reader))).toBe(
    "not_found",
  );
});

describe("taking one", () => {
  test("needs a free name and disks that can", async () => {
    const [step] = await planOf(vmSnapshotCreate, { vmid: 100, snapname: "new", vmstate: true }, reader);
    expect(step?.params).toMatchObject({ node: "pve1", vmid: 100, snapname: "new", vmstate: true });
    expect(await codeOf(planOf(vmSnapshotCreate, { vmid: 100, snapname: "late" }, reader))).toBe("conflict");
    expect(await codeOf(planOf(vmSnapshotCreate, { vmid: 101, snapname: "new" }, reader))).toBe(
      "unsupported",
    );
  });
});

test.each([
  ["late", undefined, "running"],
  ["early", undefined, "stopped"],
  ["early", true, "running"],
])("back to %s (start %s) the VM is %s", async (snapname, start, status) => {
  const [step] = await planOf(vmSnapshotRollback, { vmid: 100, snapname, start }, reader);
  expect(step).toMatchObject({ settle: { kind: "guest", vmid: 100, status } });
});

test("what is not there can be neither put back nor deleted", async () => {
  for (const tool of [vmSnapshotRollback, vmSnapshotDelete])
    expect(await codeOf(planOf(tool, { vmid: 100, snapname: "none" }, reader))).toBe("not_found");
  const [step] = await planOf(vmSnapshotDelete, { vmid: 100, snapname: "early", force: true }, reader);
  expect(step).toMatchObject({ method: "DELETE", params: { snapname: "early", force: true } });
});
