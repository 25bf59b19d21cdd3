import { ClusterReader, type RequestHeaders } from "./cluster-reader.ts";
import { ScenarioFailure } from "./expect.ts";

const TASK_MS = 120_000;

/** Changes a cluster past the server under test. */
export class ClusterWriter extends ClusterReader {
  /** Sends a request, as whom the headers say, and waits for the task that it starts. Fails where either fails. */
  async change(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    params: Readonly<Record<string, string>> = {},
    as?: RequestHeaders,
  ): Promise<void> {
    const form = new URLSearchParams(params).toString();
    const { status, reason, data } = await this.exchange(method, path, form, as);
    if (status !== 200) throw new ScenarioFailure(`${method} ${path} answered ${status} ${reason}`);
    if (typeof data !== "string" || !data.startsWith("UPID:")) return;
    const [, node = ""] = data.split(":");
    const ended = await this.until<{ status: string; exitstatus?: string }>(
      `/nodes/${node}/tasks/${encodeURIComponent(data)}/status`,
      (task) => task.status === "stopped",
      `${method} ${path} ends`,
      TASK_MS,
    );
    if (!/^(?:OK|WARNINGS: \d+)$/.test(ended.exitstatus ?? ""))
      throw new ScenarioFailure(`${method} ${path} ended with ${ended.exitstatus}`);
  }
}
