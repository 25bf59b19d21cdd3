import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type HostKeyPin, sha256Of } from "../../../../kernel/settings/host-keys.ts";
import { isFor, PinnedKeys, parseKnownHosts } from "../../../../kernel/transports/ssh/known-hosts.ts";

const KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIOcWPaj0kYhmTJHZlBAovdWQXQTrIOxz4hxOty/q39Nb";
const OTHER = "AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const RSA = `AAAAB3NzaC1yc2E${"A".repeat(21)}`;
const bytes = Buffer.from(KEY, "base64");

/** As `ssh-keygen -H` wrote it for pve1.example,192.0.2.7 and [pve2.example]:2222. */
const HASHED = `|1|WXOq5CiwAQLimzyF82OK6BlplYY=|hEflP4qQGnQNq404wL4SGLcU7Ao= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOcWPaj0kYhmTJHZlBAovdWQXQTrIOxz4hxOty/q39Nb
|1|ZMmtnFw9yoxkxor/BWpzt8oyink=|w6kArbQuk+C44iszsi29JQwweK8= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOcWPaj0kYhmTJHZlBAovdWQXQTrIOxz4hxOty/q39Nb
|1|RwVw1bdNy9eMAlCJkSxGaHH+FPQ=|DlnWshIqzr+00LcAtvQyAp9sico= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOcWPaj0kYhmTJHZlBAovdWQXQTrIOxz4hxOty/q39Nb`;

const pve1 = { node: "pve1.example", host: "192.0.2.7", port: 22 };
const pve2 = { node: "pve2", host: "pve2.example", port: 2222 };
const pve3 = { node: "pve3", host: "192.0.2.9", port: 22 };

function line(hosts: string) {
  const [found] = parseKnownHosts(`${hosts} ssh-ed25519 ${KEY}`);
  if (found === undefined) throw new Error("no line");
  return found;
}

describe("a line of known_hosts", () => {
  test.each([
    ["pve1.example", true],
    ["PVE1.example", true],
    ["192.0.2.*", true],
    ["192.0.2.?", true],
    ["other,192.0.2.7", true],
    ["[192.0.2.7]:22", true],
    ["[192.0.2.7]:2222", false],
    ["192x0.2.7", false],
    ["192.0.2.70", false],
    ["*,!pve1.example", false],
    ["!other,*", true],
    ["!other", false],
  ])("%s is for the node: %s", (hosts, expected) => {
    expect(isFor(line(hosts), pve1)).toBe(expected);
  });

  test("is found by its hashed name, with the port that belongs to it", () => {
    const lines = parseKnownHosts(HASHED);
    expect(lines.filter((each) => isFor(each, pve1))).toHaveLength(2);
    expect(lines.filter((each) => isFor(each, pve2))).toHaveLength(1);
    expect(lines.filter((each) => isFor(each, { ...pve2, port: 22 }))).toHaveLength(0);
    expect(lines.filter((each) => isFor(each, pve3))).toHaveLength(0);
  });

  test("that is a comment, an authority or no key is passed over", () => {
    const text = `# x\n\n@cert-authority * ssh-ed25519 ${KEY}\nhost ssh-ed25519 nonsense\nhost ssh-rsa ${KEY}\n`;
    expect(parseKnownHosts(text)).toEqual([]);
  });
});

describe("an offered key", () => {
  const pinned = (pins: readonly HostKeyPin[], address = pve1) => PinnedKeys.for(pins, address);
  const key = (hosts: string[], text = KEY, revoked = false) =>
    ({ kind: "key", hosts, type: "ssh-ed25519", key: text, revoked }) as const;
  const print = (only?: string) =>
    ({ kind: "fingerprint", sha256: sha256Of(bytes), ...(only === undefined ? {} : { only }) }) as const;

  test("is trusted by its fingerprint, on every node or on the one that the pin names", async () => {
    expect((await pinned([print()])).judge(bytes)).toBe("trusted");
    expect((await pinned([print("PVE1.example")])).judge(bytes)).toBe("trusted");
    expect((await pinned([print("pve2")])).judge(bytes)).toBe("unpinned");
  });

  test("is another one where only other keys are pinned for the node", async () => {
    expect((await pinned([key(["pve1.example"], OTHER)])).judge(bytes)).toBe("other");
    expect((await pinned([key(["pve3"])])).judge(bytes)).toBe("unpinned");
    expect((await pinned([])).judge(bytes)).toBe("unpinned");
  });

  test("that is revoked is refused even where it is pinned", async () => {
    const keys = await pinned([print(), key(["*"]), key(["pve1.example"], KEY, true)]);
    expect(keys.judge(bytes)).toBe("revoked");
  });

  test("is looked for in files, and its type asked for first", async () => {
    const path = join(tmpdir(), `known-hosts-${process.pid}`);
    writeFileSync(path, `192.0.2.7 ssh-rsa ${RSA}\n${HASHED}\n`);
    const keys = await pinned([{ kind: "file", path }]);
    expect(keys.judge(bytes)).toBe("trusted");
    expect(keys.types).toEqual(["ssh-rsa", "ssh-ed25519"]);
  });

  test("of a file that is gone rejects", async () => {
    await expect(pinned([{ kind: "file", path: "/nowhere/known_hosts" }])).rejects.toThrow("ENOENT");
  });
});
