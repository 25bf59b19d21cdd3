import type { SFTPWrapper } from "ssh2";

const VERSION = 2;

/** What ssh2 has inside and has no types for; its version is pinned exactly. */
interface SftpInside {
  _protocol: { channelData(id: number, data: Buffer): void };
}

/** ssh2's server announces no extensions, though it tells of requests for them: its first packet is replaced. */
export function announceExtensions(sftp: SFTPWrapper): void {
  // The cast names a field that every session of this version of ssh2 has.
  const inside = sftp as unknown as SftpInside;
  const protocol = inside._protocol;
  const channelData = (id: number, data: Buffer): void => {
    protocol.channelData(id, data[4] === VERSION ? versionPacket() : data);
    inside._protocol = protocol;
  };
  inside._protocol = Object.create(protocol, { channelData: { value: channelData } });
}

function versionPacket(): Buffer {
  const extensions = ["posix-rename@openssh.com", "1", "fsync@openssh.com", "1"];
  const body = Buffer.concat([Buffer.from([VERSION, 0, 0, 0, 3]), ...extensions.map(packed)]);
  return Buffer.concat([lengthOf(body), body]);
}

function packed(text: string): Buffer {
  return Buffer.concat([lengthOf(Buffer.from(text)), Buffer.from(text)]);
}

function lengthOf({ length }: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}
