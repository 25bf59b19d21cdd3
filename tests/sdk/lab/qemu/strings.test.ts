import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { newDisk, parseDrive, printDrive } from "../../../../sdk/lab/qemu/drive.ts";
import { parseNet, printNet } from "../../../../sdk/lab/qemu/net.ts";
import { optionExists, storedValue } from "../../../../sdk/lab/qemu/options.ts";
import { formatSize, memoryMiB, parseSize } from "../../../../sdk/lab/qemu/size.ts";
import { Random } from "../../../../sdk/lab/random.ts";

const word = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/);

describe("sizes", () => {
  test("are printed as they are read", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (n) => expect(parseSize(formatSize(n))).toBe(n)),
    );
  });

  test.each([
    [2 ** 31, "2G"],
    [4608 * 2 ** 20, "4608M"],
    [512, "512"],
    [0, "0T"],
  ])("%d is %s", (bytes, text) => expect(formatSize(bytes)).toBe(text));

  test.each([
    ["96", 96],
    ["current=128", 128],
    [undefined, 512],
  ])("memory %j has %d MiB", (text, mib) => expect(memoryMiB(text)).toBe(mib));
});

describe("drives", () => {
  test("are printed with the volume first, the rest by name", () => {
    const drive = parseDrive("scsi0", "ssd=yes,volume=local:100/x.raw,size=1024M,,backup=no");
    expect(drive && printDrive(drive)).toBe("local:100/x.raw,backup=0,size=1G,ssd=1");
  });

  test("read and print agree", () => {
    fc.assert(
      fc.property(word, fc.dictionary(word, word), fc.nat(), (file, options, size) => {
        const known = new Map(
          Object.entries(options).filter(([key]) => !["file", "volume", "size"].includes(key)),
        );
        const text = printDrive({ file: `local:${file}`, size, options: known });
        const again = parseDrive("scsi0", text);
        if (again !== undefined) expect(printDrive(again)).toBe(text);
      }),
    );
  });

  test.each([
    ["local:8", { storage: "local", gib: 8 }],
    ["local:0.5", { storage: "local", gib: 0.5 }],
    ["8", { storage: undefined, gib: 8 }],
    ["local:1G", undefined],
    ["local:100/vm-100-disk-0.raw", undefined],
  ])("%s asks for %j", (file, wanted) => expect(newDisk(file)).toEqual(wanted));

  test("limits that exclude each other make no drive", () => {
    expect(parseDrive("scsi0", "local:1,mbps=1,mbps_rd=1")).toBeUndefined();
    expect(parseDrive("virtio0", "none,media=cdrom")).toBeUndefined();
  });
});

describe("network cards", () => {
  test.each([
    ["virtio=AA:BB:CC:00:11:22,bridge=vmbr0", "virtio=AA:BB:CC:00:11:22,bridge=vmbr0"],
    ["macaddr=AA:BB:CC:00:11:22,model=e1000,firewall=yes", "e1000=AA:BB:CC:00:11:22,firewall=1"],
  ])("%s is kept as %s", (text, kept) => expect(printNet(parseNet(text, new Random(1)))).toBe(kept));

  test("one without an address gets one of Proxmox's own", () => {
    expect(printNet(parseNet("virtio,bridge=vmbr0", new Random(1)))).toMatch(
      /^virtio=BC:24:11(?::[0-9A-F]{2}){3},bridge=vmbr0$/,
    );
  });
});

describe("options", () => {
  test.each(["scsi30", "net0", "unused255", "agent", "lock", "numa7"])("%s exists", (name) =>
    expect(optionExists(name)).toBe(true),
  );
  test.each(["scsi31", "net32", "net01", "foo", "ide4", ""])("%j does not exist", (name) =>
    expect(optionExists(name)).toBe(false),
  );
  test("integers and booleans are kept in one form", () => {
    expect(storedValue("cores", "02")).toBe("2");
    expect(storedValue("onboot", "yes")).toBe("1");
    expect(storedValue("name", "yes")).toBe("yes");
  });
});
