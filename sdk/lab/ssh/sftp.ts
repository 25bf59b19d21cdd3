import ssh2, { type Attributes, type SFTPWrapper } from "ssh2";
import { nodeSystem } from "../node-shell/system.ts";
import type { LabCore } from "../types.ts";
import { announceExtensions } from "./sftp-extensions.ts";
import { SftpFault, SftpSession } from "./sftp-session.ts";

/** Serves a node's files as OpenSSH's SFTP server does, with its `posix-rename` and `fsync`. */
export function serveSftp(sftp: SFTPWrapper, lab: LabCore, node: string): void {
  const found = nodeSystem(lab, node);
  if (found === undefined) throw new Error(`the lab has no node ${node}`);
  announceExtensions(sftp);
  const { files } = found.system;
  const session = new SftpSession(sftp, files, lab.clock);
  // ssh2 has a type of its own for the listener of each request.
  const serve = (request: string, work: (id: number, ...args: never[]) => void): void => {
    sftp.on(request, (id: number, ...args: never[]) => {
      try {
        found.around(() => work(id, ...args));
      } catch (error) {
        sftp.status(id, error instanceof SftpFault ? error.status : ssh2.utils.sftp.STATUS_CODE.FAILURE);
      }
    });
  };
  serve("OPEN", (id, path: string, flags: number, attrs: Attributes) => session.open(id, path, flags, attrs));
  serve("READ", (id, handle: Buffer, offset: number, length: number) =>
    session.read(id, handle, offset, length),
  );
  serve("WRITE", (id, handle: Buffer, offset: number, data: Buffer) =>
    session.write(id, handle, offset, data),
  );
  serve("FSTAT", (id, handle: Buffer) => session.tell(id, session.fileOf(handle)));
  serve("FSETSTAT", (id, handle: Buffer, attrs: Attributes) => session.change(id, handle, attrs));
  serve("CLOSE", (id, handle: Buffer) => session.close(id, handle));
  serve("LSTAT", (id, path: string) => session.tell(id, files.lookAt(path)));
  serve("STAT", (id, path: string) => session.tell(id, files.find(path)));
  serve("OPENDIR", (id, path: string) => session.openFolder(id, path));
  serve("READDIR", (id, handle: Buffer) => session.list(id, handle));
  serve("REMOVE", (id, path: string) => session.remove(id, path));
  serve("REALPATH", (id, path: string) => session.realPath(id, path));
  serve("EXTENDED", (id, name: string, data: Buffer) => session.extended(id, name, data));
}
