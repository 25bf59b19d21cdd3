import { Agent, request } from "node:https";
import type { Lab } from "../../../../sdk/lab/index.ts";
import { compare } from "./compare.ts";
import type { Exchange, Sequence } from "./sequence.ts";

interface Reply {
  readonly status: number;
  readonly reason: string;
  readonly type: string;
  readonly body: string;
}

/** Sends a sequence to a lab with the baseline seed; answers the differences, one line each. */
export async function replay(sequence: Sequence, lab: Lab): Promise<readonly string[]> {
  const client = new Client(lab);
  const found: string[] = [];
  try {
    for (const [index, exchange] of sequence.exchanges.entries()) {
      if (exchange.hook !== undefined) {
        hook(exchange, lab);
        continue;
      }
      const differences = await client.run(exchange);
      const label = `#${index} ${exchange.as} ${exchange.method} ${exchange.path}`;
      found.push(...differences.map((difference) => `${label} ${difference}`));
    }
  } finally {
    client.close();
  }
  return found;
}

function hook({ hook: kind, vmid = 100, lock = "backup" }: Exchange, lab: Lab): void {
  const guest = lab.state.guests.get(vmid);
  if (kind === "lock") guest?.config.set("lock", lock);
  if (kind === "guest-agent" && guest?.runtime !== undefined) guest.runtime.agent = true;
}

/** Sends exchanges, keeping what they capture. */
class Client {
  readonly #lab: Lab;
  readonly #agent: Agent;
  readonly #captured: Record<string, string> = {};
  #login: { ticket: string; csrf: string } | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#agent = new Agent({ keepAlive: true, ca: lab.caPem });
  }

  close(): void {
    this.#agent.destroy();
  }

  async run(exchange: Exchange): Promise<readonly string[]> {
    let reply = await this.#send(exchange);
    for (let tries = 0; tries < 300 && !this.#isDone(exchange, reply); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      reply = await this.#send(exchange);
    }
    for (const [name, pointer] of Object.entries(exchange.capture ?? {})) {
      this.#captured[name] = String(at(parsed(reply), pointer));
    }
    if (exchange.unstable === true || exchange.env === true) return [];
    return this.#differences(exchange, reply);
  }

  #isDone({ until }: Exchange, reply: Reply): boolean {
    return Object.entries(until ?? {}).every(([pointer, value]) => at(parsed(reply), pointer) === value);
  }

  #differences(exchange: Exchange, reply: Reply): string[] {
    const { status, reason, json, text, type, unordered = false, progressDropped = false } = exchange;
    const options = { unordered, captured: this.#captured };
    const found = compare({ status, reason }, { status: reply.status, reason: reply.reason }, options);
    if (found.length > 0) return [`${found.join("; ")} ${reply.body.slice(0, 400)}`];
    if (type !== undefined && !reply.type.startsWith(type))
      found.push(`type ${reply.type}, expected ${type}`);
    if (json === undefined) return [...found, ...compare(text ?? "", reply.body, options)];
    const actual = parsed(reply);
    if (progressDropped) return [...found, ...missingLines(json, actual)];
    return [...found, ...compare(json, actual, options)];
  }

  async #send(exchange: Exchange): Promise<Reply> {
    const { method = "GET", path = "", prefix = "/api2/json", query = {} } = exchange;
    const pairs = encodeForm(this.#fillAll(query));
    const target = `${prefix}${this.#fill(path)}`.replaceAll(" ", "%20");
    const separator = target.includes("?") ? "&" : "?";
    const headers: Record<string, string> = { ...(await this.#credentials(exchange)) };
    for (const [name, value] of Object.entries(exchange.headers ?? {})) headers[name] = this.#fill(value);
    const body = this.#body(exchange, headers);
    return this.#request(method, pairs === "" ? target : `${target}${separator}${pairs}`, headers, body);
  }

  #body(
    { body, bodyRepeat, contentType = "form" }: Exchange,
    headers: Record<string, string>,
  ): string | undefined {
    if (bodyRepeat !== undefined) {
      headers["content-type"] = "application/x-www-form-urlencoded";
      return bodyRepeat.prefix + bodyRepeat.char.repeat(bodyRepeat.count);
    }
    if (body === undefined) return undefined;
    if (contentType === "multipart") {
      headers["content-type"] = `multipart/form-data; boundary=${BOUNDARY}`;
      return multipart(body as readonly Part[]);
    }
    headers["content-type"] =
      contentType === "json" ? "application/json" : "application/x-www-form-urlencoded";
    if (typeof body === "string") return this.#fill(body);
    const filled = this.#fillAll(body as Readonly<Record<string, unknown>>);
    return contentType === "json" ? JSON.stringify(filled) : encodeForm(filled);
  }

  async #credentials({ as, csrf, method }: Exchange): Promise<Record<string, string>> {
    const { root, privsep, user } = this.#lab.tokens;
    if (as === "root-token") return { authorization: root?.header ?? "" };
    if (as === "privsep-token") return { authorization: privsep?.header ?? "" };
    if (as === "user-token") return { authorization: user?.header ?? "" };
    if (as === "bad-token") {
      return { authorization: "PVEAPIToken=root@pam!test=00000000-0000-0000-0000-000000000000" };
    }
    if (as !== "user-ticket") return {};
    const login = await this.#ticket();
    const cookie = { cookie: `PVEAuthCookie=${encodeURIComponent(login.ticket)}` };
    if (csrf === "missing" || (csrf === undefined && method === "GET")) return cookie;
    return { ...cookie, csrfpreventiontoken: csrf === "wrong" ? "wrong" : login.csrf };
  }

  async #ticket(): Promise<{ ticket: string; csrf: string }> {
    if (this.#login !== undefined) return this.#login;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const body = encodeForm({ username: "test@pve", password: "test1234" });
    const answer = parsed(await this.#request("POST", "/api2/json/access/ticket", headers, body));
    this.#login = {
      ticket: String(at(answer, "/data/ticket")),
      csrf: String(at(answer, "/data/CSRFPreventionToken")),
    };
    return this.#login;
  }

  async #request(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<Reply> {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const { host, port } = this.#lab;
    return new Promise((resolve) => {
      const sent = request(
        { host, port, method, path, headers: { ...headers, ...length }, agent: this.#agent },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
          });
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              reason: response.statusMessage ?? "",
              type: response.headers["content-type"] ?? "",
              body: text,
            }),
          );
        },
      );
      sent.on("error", () => resolve({ status: 0, reason: "connection closed", type: "", body: "" }));
      sent.end(body);
    });
  }

  #fill(text: string): string {
    return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => this.#captured[name] ?? whole);
  }

  #fillAll(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === "string" ? this.#fill(value) : value,
      ]),
    );
  }
}

/** Lines that were recorded and did not come; where progress was left out, others may stand between. */
function missingLines(expected: unknown, actual: unknown): string[] {
  const lines = (value: unknown): unknown[] => {
    const data = at(value, "/data");
    return Array.isArray(data) ? data.map((line) => at(line, "/t")) : [];
  };
  const came = lines(actual);
  const options = { unordered: false, captured: {} };
  return lines(expected)
    .filter((line) => !came.some((other) => compare(line, other, options).length === 0))
    .map((line) => `no line ${JSON.stringify(line)} in ${JSON.stringify(came)}`);
}

/** A part of an upload; the file is the one with a `filename`. */
interface Part {
  readonly name: string;
  readonly value: string;
  readonly filename?: string;
}

const BOUNDARY = "----replay0123456789";

function multipart(parts: readonly Part[]): string {
  const lines = parts.map(({ name, value, filename }) => {
    const file =
      filename === undefined ? "" : `; filename="${filename}"\r\nContent-Type: application/octet-stream`;
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
  });
  return `${lines.join("")}--${BOUNDARY}--\r\n`;
}

function encodeForm(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map(
        (one) => `${encodeURIComponent(name)}=${encodeURIComponent(wire(one))}`,
      ),
    )
    .join("&");
}

function wire(value: unknown): string {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

function parsed(reply: Reply): unknown {
  try {
    return JSON.parse(reply.body);
  } catch {
    return undefined;
  }
}

function at(value: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}
