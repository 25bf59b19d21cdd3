import { describe, expect, test } from "@jest/globals";
import { lxcClone } from "../../../plugins/lxc/lxc-clone.ts";
import { lxcConvertToTemplate } from "../../../plugins/lxc/lxc-convert-to-template.ts";
import { lxcCreate } from "../../../plugins/lxc/lxc-create.ts";
import { lxcDestroy } from "../../../plugins/lxc/lxc-destroy.ts";
import { lxcResize } from "../../../plugins/lxc/lxc-resize.ts";
import {
  lxcSnapshotCreate,
  lxcSnapshotDelete,
  lxcSnapshotRollback,
} from "../../../plugins/lxc/lxc-snapshots.ts";
import { lxcUpdateConfig } from "../../../plugins/lxc/lxc-update-config.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { codeOf, planOf } from "../../helpers/fake-reader.ts";
import { fakeContainer, readerOf } from "./fakes.ts";

const reader = readerOf(
  [
    fakeContainer({ vmid: 200, name: "web" }),
    fakeContainer({ vmid: 201 }),
    fakeContainer({ vmid: 900, name: "base", template: true, node: "pve2" }),
  ],
  [201],
  {
    "GET /nodes/{node}/lxc/{vmid}/config": { rootfs: "local:200/vm-200-disk-0.raw,size=8G" },
    "GET /nodes/{node}/lxc/{vmid}/snapshot": [
      { name: "s1", snaptime: 1, description: "" },
      { name: "current", parent: "s1" },
    ],
    "GET /nodes/{node}/lxc/{vmid}/feature": ({ vmid }: { vmid: number }) => ({
      hasFeature: vmid === 200 ? 1 : 0,
    }),
  },
);

const ostemplate = "local:vztmpl/debian.tar.zst";

describe("proxmox_lxc_create", () => {
  test("writes out its short forms", async () => {
    const input = { node: "pve1", ostemplate, storage: "local-lvm", diskGiB: 8, bridge: "vmbr1" };
    const [step] = await planOf(lxcCreate, input, reader);
    expect(step?.params).toEqual({
      node: "pve1",
      vmid: 105,
      ostemplate,
      storage: "local-lvm",
      rootfs: "local-lvm:8",
      net0: "name=eth0,bridge=vmbr1,ip=dhcp",
    });
  });

  test.each([
    ["a network of the caller's", { net1: "name=eth1,bridge=vmbr9" }],
    ["no network", { bridge: "none" }],
  ])("leaves alone %s", async (_, parts) => {
    const [step] = await planOf(lxcCreate, { node: "pve1", ostemplate, bridge: "vmbr0", ...parts }, reader);
    expect(step?.params).not.toHaveProperty("net0");
  });

  test.each([
    ["two root file systems", { rootfs: "local:4", storage: "local" }],
    ["a size without a storage", {}],
  ])("refuses %s", async (_, parts) => {
    const input = { node: "pve1", ostemplate, diskGiB: 8, ...parts };
    expect(await codeOf(planOf(lxcCreate, input, reader))).toBe("invalid_input");
  });
});

describe("proxmox_lxc_clone", () => {
  test("runs where the source is, to the next free VMID", async () => {
    const [step] = await planOf(lxcClone, { vmid: "base", hostname: "copy", target: "pve1" }, reader);
    expect(step?.params).toEqual({
      node: "pve2",
      vmid: 900,
      newid: 105,
      hostname: "copy",
      target: "pve1",
    });
  });

  test("copies a running container only from a snapshot", async () => {
    expect(await codeOf(planOf(lxcClone, { vmid: 201 }, reader))).toBe("conflict");
    const [step] = await planOf(lxcClone, { vmid: 201, snapname: "s1" }, reader);
    expect(step?.params).toMatchObject({ vmid: 201, snapname: "s1" });
  });
});

describe("proxmox_lxc_destroy", () => {
  test("is done when the container is gone", async () => {
    const [step] = await planOf(lxcDestroy, { vmid: "web", purge: true }, reader);
    expect(step).toMatchObject({
      method: "DELETE",
      params: { node: "pve1", vmid: 200, purge: true },
      settle: { kind: "guest", vmid: 200, status: "absent" },
    });
  });

  test("takes force for one that runs", async () => {
    expect(await codeOf(planOf(lxcDestroy, { vmid: 201 }, reader))).toBe("conflict");
    expect(await codeOf(planOf(lxcDestroy, { vmid: 201, force: false }, reader))).toBe("conflict");
    expect(await planOf(lxcDestroy, { vmid: 201, force: true }, reader)).toHaveLength(1);
  });
});

test("a template is made once, of what does not run", async () => {
  expect(await planOf(lxcConvertToTemplate, { vmid: 200 }, reader)).toHaveLength(1);
  for (const vmid of [201, 900])
    expect(await codeOf(planOf(lxcConvertToTemplate, { vmid }, reader))).toBe("conflict");
});

test("a change of the configuration needs a change", async () => {
  expect(await codeOf(planOf(lxcUpdateConfig, { vmid: 200, digest: "a".repeat(40) }, reader))).toBe(
    "invalid_input",
  );
  const [step] = await planOf(lxcUpdateConfig, { vmid: 200, delete: ["mp0"], cores: 2 }, reader);
  expect(step).toMatchObject({
    method: "PUT",
    params: { node: "pve1", vmid: 200, delete: ["mp0"], cores: 2 },
  });
});

test("only a volume that is there is enlarged", async () => {
  expect(await codeOf(planOf(lxcResize, { vmid: 200, disk: "mp0", size: "+1G" }, reader))).toBe(
    "invalid_input",
  );
  const [step] = await planOf(lxcResize, { vmid: 200, disk: "rootfs", size: "+1G" }, reader);
  expect(step?.params).toEqual({ node: "pve1", vmid: 200, disk: "rootfs", size: "+1G", digest: undefined });
});

describe("snapshots", () => {
  test("are created once under a name, where the volumes can", async () => {
    expect(await codeOf(planOf(lxcSnapshotCreate, { vmid: 201, snapname: "s2" }, reader))).toBe(
      "unsupported",
    );
    expect(await codeOf(planOf(lxcSnapshotCreate, { vmid: 200, snapname: "s1" }, reader))).toBe("conflict");
    expect(await planOf(lxcSnapshotCreate, { vmid: 200, snapname: "s2" }, reader)).toHaveLength(1);
  });

  test.each([lxcSnapshotRollback, lxcSnapshotDelete])("have to exist for $name", async (tool) => {
    expect(await codeOf(planOf(tool, { vmid: 200, snapname: "none" }, reader))).toBe("not_found");
    expect(await codeOf(planOf(tool, { vmid: 200, snapname: "current" }, reader))).toBe("not_found");
    const [step] = await planOf(tool, { vmid: 200, snapname: "s1" }, reader);
    const endpoint = loadCatalog().endpoint(`${step?.method} ${step?.path}`);
    expect(endpoint && loadCatalog().risk(endpoint)).toBe("destructive");
  });

  test.each([
    [true, "running"],
    [undefined, "stopped"],
  ])("leave the container as asked for after a rollback (start: %s)", async (start, status) => {
    const [step] = await planOf(lxcSnapshotRollback, { vmid: 201, snapname: "s1", start }, reader);
    expect(step).toMatchObject({ settle: { kind: "guest", vmid: 201, status } });
  });
});
