/** What options of a container's configuration mean, where their name does not say. */
export const OPTION_WORDS = {
  cpulimit: "CPU time in cores, such as 1.5; 0: no limit",
  features: "Such as nesting=1; the others are for root@pam alone",
  memory: "MiB",
  swap: "MiB",
  "mp[n]": "STORAGE:GiB,mp=/srv makes a new volume",
  nameserver: "Left out: the node's",
  "net[n]": "name=eth0,bridge=vmbr0,ip=dhcp",
  onboot: "Start with the node",
  protection: "Refuse removal of the container and its volumes",
  searchdomain: "Left out: the node's",
  startup: "order=N,up=SECONDS,down=SECONDS",
  tags: "Tags; they replace the present ones",
  timezone: "host, or such as Europe/Vienna",
} as const satisfies Record<string, string>;
