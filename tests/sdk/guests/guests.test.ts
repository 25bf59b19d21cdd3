import { describe, expect, test } from "@jest/globals";
import {
  type Guest,
  haIn,
  isRunning,
  nameOfGuest,
  needOneTarget,
  needOtherNode,
  needSnapshot,
  needStorageFor,
  refuseBlocked,
  refuseForeignOptions,
  refuseRunning,
  refuseTakenSnapshot,
  sameStorage,
  snapshotsOf,
} from "../../../sdk/index.ts";
import { codeOf, fakeNode, fakeReader, fakeVm } from "../../helpers/fake-reader.ts";

const vm = fakeVm({ vmid: 100, name: "web", node: "pve1" });
const container: Guest = { ...vm, kind: "lxc", vmid: 200, name: "dns" };

describe.each([
  { guest: vm, kind: "qemu", called: "VM 100 (web)" },
  { guest: container, kind: "lxc", called: "Container 200 (dns)" },
])("of a guest of the kind $kind", ({ guest, kind, called }) => {
  const reader = fakeReader({
    guests: [guest],
    nodes: [fakeNode("pve1"), fakeNode("pve2"), fakeNode("pve3", { status: "offline" })],
    answers: {
      [`GET /nodes/{node}/${kind}/{vmid}/status/current`]: { status: "running" },
      [`GET /nodes/{node}/${kind}/{vmid}/snapshot`]: [
        { name: "current", parent: "b" },
        { name: "b", snaptime: 2, parent: "a", vmstate: 1, description: "later\n" },
        { name: "a", snaptime: 1, description: "" },
      ],
    },
  });

  test("the snapshots are told oldest first, the present state as a mark", async () => {
    const none = { parent: undefined, description: undefined };
    expect(await snapshotsOf(guest, reader)).toEqual([
      { ...none, name: "a", snaptime: 1, memory: false, current: false },
      { name: "b", snaptime: 2, parent: "a", memory: true, current: true, description: "later" },
    ]);
    expect(await needSnapshot(guest, "a", reader)).toMatchObject({ snaptime: 1 });
    await expect(needSnapshot(guest, "c", reader)).rejects.toThrow(`${called} has no snapshot c.`);
    await expect(refuseTakenSnapshot(guest, "a", reader)).rejects.toThrow(
      `${called} has a snapshot a already.`,
    );
    await refuseTakenSnapshot(guest, "c", reader);
  });

  test("its own status says whether it runs", async () => {
    expect(await isRunning(guest, reader)).toBe(true);
    await expect(refuseRunning(guest, reader, "copied")).rejects.toThrow(
      `${called} is running and cannot be copied.`,
    );
  });

  test("it goes to another node that is online", async () => {
    await needOtherNode(guest, "pve2", reader);
    await expect(needOtherNode(guest, "pve1", reader)).rejects.toThrow(`${called} is on pve1 already.`);
    await expect(needOtherNode(guest, "pve3", reader)).rejects.toThrow("Node pve3 is offline.");
    refuseBlocked(guest, "pve2", []);
    const blockers = [{ because: "it runs", next: "Stop it." }];
    expect(() => refuseBlocked(guest, "pve2", blockers)).toThrow(
      `${called} cannot migrate to pve2: it runs. Nothing was sent.`,
    );
  });

  test("messages name it", () => {
    expect(nameOfGuest(guest)).toBe(called);
    const inSentence = called.replace("Container", "container");
    expect(sameStorage(guest, "scsi0", "nfs", "wait").message).toBe(
      `scsi0 of ${inSentence} is on nfs already.`,
    );
  });
});

test("a storage takes what its content says", async () => {
  const storage = (name: string, content: readonly string[]) => ({
    ...{ storage: name, node: "pve1", type: "dir", status: "available", shared: false, content },
  });
  const reader = fakeReader({ storages: [storage("disks", ["images"]), storage("roots", ["rootdir"])] });
  await needStorageFor(vm, "disks", reader);
  await needStorageFor(container, "roots", reader);
  expect(await codeOf(needStorageFor(vm, "roots", reader))).toBe("invalid_input");
  expect(await codeOf(needStorageFor(container, "none", reader))).toBe("not_found");
  await expect(needStorageFor(vm, "none", reader)).rejects.toMatchObject({
    next: expect.stringContaining("Datastore.Audit on /storage/none"),
  });
  await needStorageFor({ ...vm, node: "pve2" }, "none", reader);
});

test("a volume goes to one place", () => {
  needOneTarget("disk", "nfs", undefined);
  needOneTarget("disk", undefined, 101);
  expect(() => needOneTarget("disk", undefined, undefined)).toThrow("Either storage or target-vmid");
  expect(() => needOneTarget("volume", "nfs", 101)).toThrow("where the volume goes");
});

test("an action takes its own options alone", () => {
  refuseForeignOptions("stop", { timeout: 1, debug: undefined }, ["timeout"]);
  expect(() => refuseForeignOptions("stop", { debug: true }, ["timeout"])).toThrow(
    "The action stop does not take debug.",
  );
});

test("HA is told of where it manages the guest", () => {
  expect(haIn({ managed: 0 })).toBeUndefined();
  expect(haIn(undefined)).toBeUndefined();
  expect(haIn({ managed: 1, state: "started" })).toEqual({ managed: 1, state: "started" });
});
