import type { Lab } from "../../../../sdk/lab/index.ts";
import { ask } from "../client.ts";

/** What a request comes to: the data of a good answer, the faults by parameter, or the reason. */
export async function says(lab: Lab, request: string, body?: string): Promise<unknown> {
  const [method = "", path = ""] = request.split(" ");
  const { status, reason, data, errors } = await ask(lab, method, path, body === undefined ? {} : { body });
  if (status === 200) return data;
  return errors === undefined ? `${status} ${reason}` : errors;
}
