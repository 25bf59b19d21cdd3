import { Agent, request } from "undici";

/** A VM and the node that it is on. */
export interface Place {
  readonly vmid: number;
  readonly node: string;
}

/** What one `proxmox_vm_get` asks the API, by undici alone. */
export interface RawClient {
  readonly vms: readonly Place[];
  once(place: Place): Promise<unknown>;
  close(): Promise<void>;
}

/** Connects without our server in between. */
export async function rawClient(env: Readonly<NodeJS.ProcessEnv>): Promise<RawClient> {
  const agent = new Agent({ connections: 32, connect: { rejectUnauthorized: false } });
  const origin = `https://${env.PROXMOX_HOST}:${env.PROXMOX_API_PORT}/api2/json`;
  const token = `${env.PROXMOX_API_TOKEN_USER}@${env.PROXMOX_API_TOKEN_REALM}!${env.PROXMOX_API_TOKEN_ID}`;
  const headers = { authorization: `PVEAPIToken=${token}=${env.PROXMOX_API_TOKEN_SECRET}` };
  const get = async (path: string): Promise<{ data: (Place & { type: string })[] }> => {
    const { body } = await request(`${origin}${path}`, { dispatcher: agent, headers });
    // The lab's own answer, of which only the list of resources is looked into.
    return (await body.json()) as { data: (Place & { type: string })[] };
  };
  const { data } = await get("/cluster/resources");
  return {
    vms: data.filter(({ type }) => type === "qemu"),
    once: ({ node, vmid }) => {
      const guest = `/nodes/${node}/qemu/${vmid}`;
      return Promise.all([get(`${guest}/config`), get(`${guest}/status/current`)]);
    },
    close: () => agent.close(),
  };
}
