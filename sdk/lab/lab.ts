import { Tickets } from "./access/tickets.ts";
import { Clock } from "./clock.ts";
import { controlOf } from "./control.ts";
import { registerDomains } from "./domains/index.ts";
import { cut, restore } from "./domains/node-power.ts";
import { Faults } from "./faults.ts";
import { Pipeline } from "./frame/pipeline.ts";
import { makeCertificate } from "./http/certificate.ts";
import type { LabCall } from "./http/gate.ts";
import { listen, type ServerParts } from "./http/server.ts";
import { Locks } from "./locks.ts";
import type { LabRun, RunOptions } from "./node-shell/session.ts";
import { Random } from "./random.ts";
import { labRelease, type ReleaseName } from "./release.ts";
import { baseline } from "./seeds/baseline.ts";
import type { Seed, SeedToken, Soil } from "./seeds/build.ts";
import { many } from "./seeds/many.ts";
import { small } from "./seeds/small.ts";
import type { LabSsh } from "./ssh/server.ts";
import { Tasks } from "./tasks/tasks.ts";
import type { LabCore, LabState } from "./types.ts";

/** Which cluster a lab begins with. */
export type SeedName = "small" | "baseline" | { readonly guests: number; readonly nodes?: number };

/** How to run a lab; every field may be left out. */
export interface LabOptions {
  /** Default `small`: three nodes, twelve guests. */
  readonly seed?: SeedName;
  /** Release of Proxmox VE that it runs as. Default `9.2`. */
  readonly pve?: ReleaseName;
  /** Makes identifiers and secrets repeatable. Default 1. */
  readonly random?: number;
  /** Simulated seconds in a real one; `Infinity` lets tasks take no time. Default 20. */
  readonly speed?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Milliseconds before a refusal of credentials is answered; 3000 in real life. Default 5. */
  readonly refusalDelay?: number;
  /** Milliseconds after which an idle connection is closed. Default 5000, as in real life. */
  readonly keepAlive?: number;
  /** Whether `POST /lab/faults` is served. Default false. */
  readonly control?: boolean;
}

/** A running lab. */
export interface Lab {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Release of Proxmox VE that it runs as. */
  readonly release: ReleaseName;
  /** SHA-256 of its certificate as the Proxmox UI shows it. */
  readonly fingerprint: string;
  /** The authority that signed its certificate. */
  readonly caPem: string;
  /** Tokens by a short name: `root`, and what the seed has besides. */
  readonly tokens: Readonly<Record<string, SeedToken>>;
  /** Everything it knows; tests may look, and change what the API cannot. */
  readonly state: LabState;
  readonly faults: Faults;
  readonly tasks: LabCore["tasks"];
  /** How many HTTP requests have come in so far. */
  requests(): number;
  /** Takes a node off the net, or brings it back, at once. */
  power(node: string, power: "online" | "down"): void;
  /** Begins anew from its seed, behind the same address, with the same certificate and tokens. */
  reset(): void;
  /** Whether nothing will change any more unless somebody asks for it: no task runs, nothing waits for its time. */
  isIdle(): boolean;
  /** Lets milliseconds go by at once, for what a cluster does by the minute; until it begins anew. */
  pass(ms: number): void;
  /** Lets the nodes be reached by SSH, from now on until the lab is closed. */
  openSsh(): Promise<LabSsh>;
  /** Runs a command on a node as root, as a session of SSH does. */
  run(node: string, argv: readonly string[], options?: RunOptions): Promise<LabRun>;
  /** Told of every call that reached the API, in the order of the answers; undefined for nobody. */
  onCall: ((call: LabCall) => void) | undefined;
  close(): Promise<void>;
}

/** Starts a simulated Proxmox VE cluster in this process. */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  const { host = "127.0.0.1", port = 0, refusalDelay = 5, keepAlive = 5000 } = options;
  const certificate = makeCertificate([host, "localhost", "127.0.0.1", "::1"]);
  let now = grow(options);
  let requests = 0;
  const parts = (): ServerParts => ({
    ...now,
    refusalDelay,
    keepAlive,
    certificate,
    seen: (call) => lab.onCall?.(call),
  });
  const { server, port: bound } = await listen(parts, host, port);
  server.on("request", () => {
    requests += 1;
  });
  let ssh: Promise<LabSsh> | undefined;
  const openSsh = async (): Promise<LabSsh> => {
    // Few ever need it.
    const { serveSsh } = await import("./ssh/server.ts");
    return await serveSsh([...now.lab.state.nodes.keys()], host, () => now);
  };
  const lab: Lab = {
    ...{ host, port: bound, release: now.lab.release.name, caPem: certificate.caPem },
    url: `https://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    fingerprint: certificate.fingerprint,
    get tokens() {
      return now.tokens;
    },
    get state() {
      return now.lab.state;
    },
    get faults() {
      return now.faults;
    },
    get tasks() {
      return now.lab.tasks;
    },
    requests: () => requests,
    power: (name, power) => {
      const node = now.lab.state.nodes.get(name);
      if (node === undefined) throw new Error(`the lab has no node ${name}`);
      if (power === "down") cut(now.lab, node);
      else restore(now.lab, node);
    },
    reset: () => {
      now.end();
      now = grow(options);
    },
    isIdle: () => now.isIdle(),
    pass: (ms) => now.pass(ms),
    openSsh: () => {
      ssh ??= openSsh();
      return ssh;
    },
    run: async (node, argv, options) => {
      const { runCommand } = await import("./node-shell/session.ts");
      return await runCommand(now, node, argv, options);
    },
    onCall: undefined,
    close: async () => {
      now.end();
      await (await ssh)?.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return lab;
}

/** A cluster as it is seeded, with all that serves it except the address. */
function grow(options: LabOptions) {
  const random = new Random(options.random ?? 1);
  const clock = new Clock(options.speed ?? 20);
  const release = labRelease(options.pve ?? "9.2");
  const { state, tokens } = plant(options.seed ?? "small", { release, random, now: clock.now() });
  const faults = new Faults();
  const tasks = new Tasks(clock, faults);
  const tickets = new Tickets();
  const pipeline = new Pipeline(release);
  const lab: LabCore = {
    ...{ release, state, tasks, clock, faults, random },
    locks: new Locks(faults, clock),
    uploads: new Map(),
    route: (key, handler) => pipeline.route(key, handler),
    invoke: (key, params, caller) => pipeline.invoke(lab, key, params, caller),
  };
  registerDomains(lab, tickets);
  const control = options.control === true ? controlOf(lab) : undefined;
  const end = (): void => {
    tasks.close();
    clock.close();
  };
  const isIdle = () => clock.isIdle() && tasks.all().every(({ exitstatus }) => exitstatus !== undefined);
  const pass = (ms: number) => clock.pass(ms);
  return { lab, pipeline, tickets, control, tokens, faults, isIdle, pass, end };
}

function plant(seed: SeedName, soil: Soil): Seed {
  if (seed === "small") return small(soil);
  if (seed === "baseline") return baseline(soil);
  return many(seed.guests, seed.nodes ?? 3, soil);
}
