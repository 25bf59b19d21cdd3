import type { Risk } from "../risk.ts";
import { ClusterReader } from "./cluster-reader.ts";
import { expect, ScenarioFailure } from "./expect.ts";
import { Fixtures } from "./fixtures.ts";
import { refuseForeign } from "./live-guard.ts";
import { lookUp } from "./lookups.ts";
import type { HumanReply, McpSession, ServerCommand } from "./mcp-client.ts";
import { ScenarioRecord, weaknesses } from "./record.ts";
import { endpointOn } from "./release-skips.ts";
import type { Scenario, ScenarioRun, ScenarioSettings, ToolAnswer } from "./scenario.ts";
import { FreshServers, type Servers } from "./servers.ts";
import type { OpenTarget } from "./target.ts";

/** What running scenarios needs from around them. */
export interface ScenarioSetting {
  readonly openTarget: OpenTarget;
  /** The server under test; settings of target and scenario are added. */
  readonly server: ServerCommand;
  /** Ends waiting early where nothing more can come; for runs that are to fail. */
  readonly impatient?: boolean;
  /** Stands between the scenario and the server, with every call. */
  readonly around?: (call: CallUnderway) => Promise<ToolAnswer>;
  /** Where servers come from; left out, every run has some of its own. */
  readonly servers?: Servers;
}

/** A call of a tool on its way to the server. */
export interface CallUnderway {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Sends it, with these arguments besides. */
  send(more?: Readonly<Record<string, unknown>>): Promise<ToolAnswer>;
}

/** The tool that a scenario is about. */
export interface ScenarioTool {
  readonly risk: Risk;
  /** It changes something, rather than only looking. */
  readonly changes: boolean;
}

/** How a scenario ended; without faults it has passed. */
export interface ScenarioOutcome {
  readonly faults: readonly string[];
  /** What the server wrote to stderr, for looking into a failure. */
  readonly serverLog: string;
}

/** What a call of an absent tool answers; no code of a real refusal, so that none can be mistaken for it. */
const ABSENT: ToolAnswer = { text: "Error absent: there is no such tool", isError: true, code: "absent" };

const LONGEST_RUN_MS = 180_000;

/**
 * Runs a scenario, then once more with its tool taken away: one that passes then proves
 * nothing. Never throws; whatever goes wrong is a fault.
 */
export async function runScenario(
  scenario: Scenario,
  tool: ScenarioTool,
  setting: ScenarioSetting,
): Promise<ScenarioOutcome> {
  const record = new ScenarioRecord();
  const first = await attempt(scenario, tool, setting, record, false);
  if (first.failure !== undefined) return { faults: [first.failure], serverLog: first.serverLog };
  const weak = weaknesses(scenario, record, tool.changes);
  if (weak.length > 0) return { faults: weak, serverLog: first.serverLog };

  const absent = await attempt(scenario, tool, setting, new ScenarioRecord(), true);
  const faults = absent.failure === undefined ? ["it passes without the tool, so it proves nothing"] : [];
  return { faults, serverLog: first.serverLog };
}

/** Runs a scenario once and judges nothing but whether it passes. Never throws. */
export function runOnce(
  scenario: Scenario,
  tool: ScenarioTool,
  setting: ScenarioSetting,
): Promise<{ failure?: string; serverLog: string }> {
  return attempt(scenario, tool, setting, new ScenarioRecord(), false);
}

async function attempt(
  scenario: Scenario,
  tool: ScenarioTool,
  setting: ScenarioSetting,
  record: ScenarioRecord,
  absent: boolean,
): Promise<{ failure?: string; serverLog: string }> {
  const stage = new Stage(scenario, tool, setting, record, absent);
  const ran = await failureOf(async () => {
    await stage.open();
    await withDeadline(scenario.run(stage.run()));
  });
  // What cannot be cleaned up is a fault as well, and is told beside the first one.
  const closed = await failureOf(() => stage.close());
  const failures = [ran, closed].filter((failure) => failure !== undefined);
  const serverLog = stage.log();
  return failures.length === 0 ? { serverLog } : { failure: failures.join("; then "), serverLog };
}

async function failureOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Cluster, server and client of one run. */
class Stage {
  readonly #logs: string[] = [];
  readonly #servers: Servers;
  #human: HumanReply = false;
  #session: McpSession | undefined;
  #reader: ClusterReader | undefined;
  #target: Awaited<ReturnType<OpenTarget>> | undefined;
  #fixtures: Fixtures | undefined;

  constructor(
    private readonly scenario: Scenario,
    private readonly tool: ScenarioTool,
    private readonly setting: ScenarioSetting,
    private readonly record: ScenarioRecord,
    private readonly absent: boolean,
  ) {
    this.#servers = setting.servers ?? new FreshServers();
  }

  async open(): Promise<void> {
    this.#target = await this.setting.openTarget();
    const fixtures = new Fixtures(this.#target);
    if (this.#target.where === "live") await fixtures.begin();
    this.#fixtures = fixtures;
    const { address, lab } = this.#target;
    this.#reader = new ClusterReader(address, {
      onRead: () => this.record.read(),
      ...(lab === undefined ? {} : { pass: (ms: number) => lab.pass(ms) }),
      ...(lab === undefined || this.setting.impatient !== true ? {} : { isIdle: () => lab.isIdle() }),
    });
    await this.#start(this.scenario);
  }

  async close(): Promise<void> {
    try {
      await this.#stop();
      if (this.#target?.where === "live") await this.#fixtures?.sweep();
    } finally {
      this.#fixtures?.close();
      this.#reader?.close();
      await this.#target?.close();
      await this.#servers.end();
    }
  }

  log(): string {
    return [...this.#logs, this.#session?.stderr() ?? ""].join("");
  }

  run(): ScenarioRun {
    const reader = this.#reader;
    const make = this.#fixtures;
    const place = this.#target?.place;
    if (reader === undefined || make === undefined || place === undefined)
      throw new Error("the run is not open");
    return {
      call: (tool, args = {}) => this.#call(tool, args),
      ok: async (tool, args = {}) => {
        const answer = await this.#call(tool, args);
        if (answer.isError) throw new ScenarioFailure(`${tool} was to succeed and answered: ${answer.text}`);
        return answer;
      },
      refused: async (tool, args, code) => {
        const answer = await this.#call(tool, args);
        if (!answer.isError)
          throw new ScenarioFailure(`${tool} was to be refused (${code}) and answered: ${answer.text}`);
        if (answer.code !== code)
          throw new ScenarioFailure(`${tool} was to be refused with ${code}, not: ${answer.text}`);
        this.record.refused(tool);
        return answer;
      },
      tools: async () => (await this.#open().tools()).map(({ name }) => name),
      cluster: reader,
      place,
      make,
      // Looked up with the kit's own reader: this is no proof that the scenario read the cluster.
      find: async (feature) => {
        const found = await lookUp(feature, { cluster: make, place });
        if (found === undefined) throw new ScenarioFailure(`the cluster lacks: ${feature}`);
        return found;
      },
      api: async (endpoint) => {
        const { version } = await make.get<{ readonly version: string }>("/version");
        return endpointOn(version, endpoint);
      },
      expect,
      answerConfirm: (answer, typed) => {
        this.#human = answer === "accept" && (typed ?? true);
      },
      restart: async (settings = {}) => {
        await this.#stop();
        await this.#start({ ...this.scenario, ...settings });
      },
    };
  }

  async #call(tool: string, args: Readonly<Record<string, unknown>>): Promise<ToolAnswer> {
    await this.#guard(tool, args);
    const answer = this.absent && tool === this.scenario.tool ? ABSENT : await this.#send(tool, args);
    this.record.called(tool, args, answer);
    return answer;
  }

  /** On a lab as well, so that what a real cluster would be kept from is known before there is one. */
  async #guard(tool: string, args: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#target === undefined || (this.#target.where === "lab" && this.scenario.live !== true)) return;
    const listed = (await this.#open().listed()).find(({ name }) => name === tool);
    if (listed !== undefined) refuseForeign(listed, args, this.#target.place);
  }

  async #send(tool: string, args: Readonly<Record<string, unknown>>): Promise<ToolAnswer> {
    const send = (more = {}) => this.#open().call(tool, { ...args, ...more });
    const { around } = this.setting;
    return around === undefined ? await send() : await around({ tool, args, send });
  }

  #open(): McpSession {
    if (this.#session === undefined) throw new Error("the server is not running");
    return this.#session;
  }

  async #start({ access, confirm }: ScenarioSettings): Promise<void> {
    const { server } = this.setting;
    const env = {
      ...server.env,
      ...this.#target?.env,
      PROXMOX_MCP_ACCESS: access ?? this.tool.risk,
      PROXMOX_MCP_CONFIRM: confirm ?? "none",
      PROXMOX_MCP_MIN_VALIDATION: "experimental",
      PROXMOX_MCP_STRICT_PLUGINS: "1",
      PROXMOX_MCP_STRUCTURED: "1",
    };
    this.#session = await this.#servers.start({ ...server, env }, () => this.#human);
  }

  async #stop(): Promise<void> {
    if (this.#session === undefined) return;
    const session = this.#session;
    this.#session = undefined;
    await this.#servers.stop(session);
    this.#logs.push(session.stderr());
  }
}

async function withDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new ScenarioFailure(`it did not end within ${LONGEST_RUN_MS / 1000} s`)),
      LONGEST_RUN_MS,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
