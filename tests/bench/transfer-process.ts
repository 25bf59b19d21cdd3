/**
 * Moves a file of so many bytes to a node, or into a container on it, and back, in a process of its own so that its
 * memory can be told: `node transfer-process.js node|container PORT KEY_FILE FINGERPRINT PATH BYTES` prints
 * `{ maxRssMb, upMbS, downMbS, same }`.
 */

import { userInfo } from "node:os";
import { Readable, Writable } from "node:stream";
import { ContainerRoute } from "../../kernel/transports/guests/container.ts";
import { SshTransport } from "../../kernel/transports/ssh/transport.ts";
import { peakMemory } from "../helpers/peak-memory.ts";

const [way = "", port = "", path = "", fingerprint = "", file = "", size = ""] = process.argv.slice(2);
const BLOCK = Buffer.from(Uint32Array.from({ length: 16_384 }, (_, at) => at * 2_654_435_761).buffer);
const bytes = Number(size);

function* content() {
  for (let left = bytes; left > 0; left -= BLOCK.length)
    yield BLOCK.subarray(0, Math.min(left, BLOCK.length));
}

const ssh = new SshTransport({
  settings: {
    username: userInfo().username,
    key: { path },
    hostKeys: [{ kind: "fingerprint", sha256: fingerprint.replace("SHA256:", "") }],
    port: Number(port),
    addresses: {},
  },
  prefix: "PROXMOX_",
  connectTimeoutMs: 10_000,
  addressOf: async (node) => ({ node, host: "127.0.0.1", port: Number(port) }),
});
const begun = performance.now();
const write = { content: Readable.from(content(), { objectMode: false }) };
const sink = new Writable({ write: (_chunk, _encoding, done) => setImmediate(done) });
const container = { kind: "lxc", node: "pve1", vmid: 200 } as const;
const route = new ContainerRoute(ssh);
const up = await (way === "node" ? ssh.write("pve1", file, write) : route.write(container, file, write));
const sent = performance.now();
const down = await (way === "node"
  ? ssh.read("pve1", file, { sink })
  : route.read(container, file, { sink }));
const received = performance.now();
await ssh.close();
const megabytes = bytes / 1e6;
console.log(
  JSON.stringify({
    maxRssMb: peakMemory(process.pid) / 2 ** 20,
    upMbS: (megabytes / (sent - begun)) * 1000,
    downMbS: (megabytes / (received - sent)) * 1000,
    same: up.sha256 === down.sha256 && down.size === bytes,
  }),
);
