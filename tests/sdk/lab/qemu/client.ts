import { Agent, request } from "undici";
import { createLab, type Lab, type ReleaseName, type SeedName } from "../../../../sdk/lab/index.ts";

/** An answer of the lab. */
export interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly message: string;
  readonly errors: Readonly<Record<string, string>> | undefined;
}

/** A task that has ended. */
export interface Ended {
  readonly exitstatus: string;
  readonly log: readonly string[];
}

/** A lab whose tasks take no time, and someone who calls it. */
export class LabClient {
  readonly lab: Lab;
  readonly #agent: Agent;
  #token = "root";

  private constructor(lab: Lab) {
    this.lab = lab;
    this.#agent = new Agent({ connect: { ca: lab.caPem } });
  }

  static async start(seed: SeedName = "small", pve: ReleaseName = "9.2"): Promise<LabClient> {
    return new LabClient(await createLab({ seed, pve, speed: Number.POSITIVE_INFINITY, refusalDelay: 0 }));
  }

  async close(): Promise<void> {
    await this.#agent.close();
    await this.lab.close();
  }

  /** The token, by its short name, that the next calls carry. */
  as(token: string): this {
    this.#token = token;
    return this;
  }

  async call(method: string, path: string, params: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const form = new URLSearchParams(
      Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    const inBody = method === "POST" || method === "PUT";
    const url = `${this.lab.url}/api2/json${path}${inBody || form === "" ? "" : `?${form}`}`;
    const { statusCode, body } = await request(url, {
      method: method as "GET",
      headers: {
        authorization: this.lab.tokens[this.#token]?.header ?? "",
        ...(inBody ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      },
      ...(inBody ? { body: form } : {}),
      dispatcher: this.#agent,
    });
    const text = await body.text();
    const json = text === "" ? {} : (JSON.parse(text) as Partial<Answer>);
    return {
      status: statusCode,
      data: json.data,
      message: (json.message ?? "").trim(),
      errors: json.errors,
    };
  }

  /** Calls and expects a good answer; its data. */
  async ok(method: string, path: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const answer = await this.call(method, path, params);
    if (answer.status !== 200)
      throw new Error(
        `${method} ${path}: ${answer.status} ${answer.message} ${JSON.stringify(answer.errors)}`,
      );
    return answer.data;
  }

  /** Like {@link ok} for objects. */
  async fields(
    path: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>> {
    return (await this.ok("GET", path, params)) as Record<string, unknown>;
  }

  /** Like {@link ok} for lists. */
  async rows(
    path: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>[]> {
    return (await this.ok("GET", path, params)) as Record<string, unknown>[];
  }

  /** Calls what starts a task and waits for its end. */
  async task(method: string, path: string, params: Readonly<Record<string, unknown>> = {}): Promise<Ended> {
    return this.ended(String(await this.ok(method, path, params)));
  }

  async ended(upid: string): Promise<Ended> {
    const exitstatus = await this.lab.tasks.ended(upid);
    return { exitstatus, log: this.lab.tasks.get(upid)?.log ?? [] };
  }

  /** Waits for the newest task of a type to end. */
  async newest(type: string): Promise<Ended> {
    const task = this.lab.tasks.all().find((one) => one.type === type);
    if (task === undefined) throw new Error(`no ${type} task`);
    return this.ended(task.upid);
  }
}
