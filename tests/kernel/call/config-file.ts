import { RestFault, type RestRequest } from "../../../kernel/transports/types.ts";

/** A VM's configuration file that changes with every write, as the real one does. */
export function configFile() {
  const file: Record<string, unknown> = { cores: 2, memory: "1024", name: "web1" };
  let version = 1;
  const edit = (values: Record<string, unknown>) => {
    Object.assign(file, values);
    version += 1;
  };
  const answer = ({ endpoint, params }: RestRequest): unknown => {
    if (endpoint.method === "GET") return { ...file, digest: `d${version}` };
    if (params.digest !== undefined && params.digest !== `d${version}`) {
      throw new RestFault("answer", "checksum mismatch (file change by other user?)", { status: 500 });
    }
    const { digest: _digest, node: _node, vmid: _vmid, ...values } = params;
    edit(values);
    return null;
  };
  return { answer, edit, file };
}

/** The requests with effect. */
export const writes = (requests: readonly RestRequest[]) =>
  requests.filter(({ endpoint }) => endpoint.method !== "GET");
