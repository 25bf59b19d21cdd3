import { describe, expect, test } from "@jest/globals";
import { loadCatalog, releases } from "../../../vendor/pve-docs/catalog.ts";
import { isAlwaysRootOnly, ROOT_ONLY } from "../../../vendor/pve-docs/root-only.ts";
import type { CallParams } from "../../../vendor/pve-docs/types.ts";

const catalog = loadCatalog("9.2");
const VM = "PUT /nodes/{node}/qemu/{vmid}/config";
const CT = "PUT /nodes/{node}/lxc/{vmid}/config";

function endpoint(key: string) {
  const found = catalog.endpoint(key);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
}

function messages(key: string, params: CallParams) {
  return catalog
    .rootOnly(endpoint(key), { node: "pve1", vmid: 100, ...params })
    .map(({ message }) => message);
}

describe("the table", () => {
  const everywhere = releases().map((release) => loadCatalog(release));

  test("names only endpoints and parameters that some release has, and where it was read", () => {
    for (const { endpoints, params, message, origin } of ROOT_ONLY) {
      const found = endpoints.flatMap((key) => everywhere.flatMap((one) => one.endpoint(key) ?? []));
      const names = found.flatMap(({ parameters }) =>
        Object.keys(parameters).map((name) => name.replace("[n]", "0")),
      );
      expect([message, names.some((name) => params.test(name))]).toEqual([message, true]);
      expect(origin).toMatch(/\.pm/);
      for (const key of endpoints)
        expect(everywhere.some((one) => one.endpoint(key) !== undefined)).toBe(true);
    }
  });
});

describe("as recorded with a token of root", () => {
  test.each<[string, CallParams, string]>([
    [VM, { args: "-S" }, "only root can set 'args' config"],
    [VM, { lock: "backup" }, "only root can set 'lock' config"],
    [VM, { affinity: "0-1" }, "only root can set 'affinity' config"],
    [VM, { skiplock: 1, cores: 1 }, "Only root may use this option."],
    [VM, { hostpci0: "0000:00:01.0" }, "only root can set 'hostpci0' config for non-mapped devices"],
    [VM, { usb0: "host=1234:5678" }, "only root can set 'usb0' config for real devices"],
    [VM, { serial0: "/dev/ttyS0" }, "only root can modify 'serial0' config for real devices"],
    ["POST /nodes/{node}/qemu", { arch: "aarch64" }, "only root can set 'arch' config"],
    ["POST /nodes/{node}/qemu/{vmid}/status/stop", { skiplock: true }, "Only root may use this option."],
    ["DELETE /nodes/{node}/qemu/{vmid}", { skiplock: 1 }, "Only root may use this option."],
    [VM, { scsi5: "/dev/null" }, "Only root can pass arbitrary filesystem paths."],
    [VM, { scsi5: "local:0,import-from=/etc/passwd" }, "Only root can pass arbitrary filesystem paths."],
    ["POST /nodes/{node}/qemu", { archive: "/etc/passwd" }, "Only root can pass arbitrary filesystem paths."],
    [CT, { dev0: "/dev/null" }, "configuring device passthrough is only allowed for root@pam"],
    [CT, { mp0: "/tmp,mp=/mnt" }, "mount point type bind is only allowed for root@pam"],
    [CT, { features: "mount=nfs" }, "changing feature flags (except nesting) is only allowed for root@pam"],
    ["POST /nodes/{node}/vzdump", { dumpdir: "/tmp" }, "Only root may set this option."],
  ])("%s with %j", (key, params, message) => {
    expect(messages(key, params)).toEqual([message]);
  });

  test.each<[string, CallParams]>([
    [
      VM,
      { serial0: "socket", cores: 2, hostpci0: "mapping=gpu", usb0: "spice", usb1: "mapping=stick,usb3=1" },
    ],
    [VM, { skiplock: 0 }],
    [VM, { scsi0: "local:8", ide2: "none,media=cdrom", delete: "net1" }],
    [CT, { mp0: "local:8,mp=/mnt", features: "nesting=1", hostname: "a" }],
    [CT, { mp0: "volume=local:200/x.raw,mp=/mnt" }],
  ])("%s with %j is open to tokens", (key, params) => {
    expect(messages(key, params)).toEqual([]);
  });

  test("removing such an option is root's as well", () => {
    expect(messages(VM, { delete: "name,args" })).toHaveLength(1);
    expect(messages(VM, { delete: ["name", "tags"] })).toEqual([]);
  });
});

test("parameters without any use for a token are told from those that depend on the value", () => {
  const config = endpoint(VM);
  for (const name of ["args", "hookscript", "lock", "skiplock", "parallel[n]"]) {
    expect([name, isAlwaysRootOnly(config, name)]).toEqual([name, true]);
  }
  for (const name of ["cores", "hostpci[n]", "usb[n]", "serial[n]", "scsi[n]", "delete"]) {
    expect([name, isAlwaysRootOnly(config, name)]).toEqual([name, false]);
  }
});
