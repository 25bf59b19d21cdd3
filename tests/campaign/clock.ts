/** Loaded before the server: its clock jumps, by steps that the seed in this module's address decides. */
import { createHash } from "node:crypto";

const HOUR = 3_600_000;
const JUMPS = [0, HOUR, -HOUR, 24 * HOUR, -24 * HOUR, 30 * 24 * HOUR] as const;
const EVERY_MS = 100;

const seed = new URL(import.meta.url).searchParams.get("seed") ?? "";
const RealDate = Date;

function offset(): number {
  const turn = Math.floor(performance.now() / EVERY_MS);
  const [byte = 0] = createHash("sha256").update(`${seed} ${turn}`).digest();
  return JUMPS[byte % JUMPS.length] ?? 0;
}

globalThis.Date = new Proxy(RealDate, {
  construct(target, args: [number?]) {
    return args.length === 0 ? new target(RealDate.now() + offset()) : Reflect.construct(target, args);
  },
  get(target, name) {
    return name === "now" ? () => RealDate.now() + offset() : Reflect.get(target, name);
  },
});
