/** A part of ssh2 that it has no types for; the version is pinned exactly. */
declare module "ssh2/lib/protocol/SFTP.js" {
  import type { Client, SFTPWrapper } from "ssh2";

  const inside: {
    SFTP: new (client: Client, channel: object) => SFTPWrapper & { _init(): void };
  };
  export default inside;
}
