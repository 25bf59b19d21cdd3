import ssh2, { type Attributes, type SFTPWrapper } from "ssh2";
import type { GuestFile, GuestFiles, WriteFault } from "../system/files.ts";
import type { LabClock } from "../types.ts";

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

/** A request that is answered with an error. */
export class SftpFault extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`SFTP status ${status}`);
    this.status = status;
  }
}

function faultOf(fault: WriteFault): SftpFault {
  return new SftpFault(fault === "ENOENT" ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE);
}

/** What is open: a file as it is, wherever it is moved to, or the names in a folder that are still to be told. */
type Open = { readonly file: GuestFile } | { readonly names: string[]; readonly folder: string };

const TYPE_BITS = { file: 0o100000, folder: 0o040000, link: 0o120000, device: 0o020000 } as const;

/** One session of SFTP; what it cannot do is thrown. */
export class SftpSession {
  readonly #sftp: SFTPWrapper;
  readonly #files: GuestFiles;
  readonly #clock: LabClock;
  readonly #open = new Map<number, Open>();
  #nextHandle = 0;

  constructor(sftp: SFTPWrapper, files: GuestFiles, clock: LabClock) {
    this.#sftp = sftp;
    this.#files = files;
    this.#clock = clock;
  }

  open(id: number, path: string, flags: number, { mode = 0o644 }: Attributes): void {
    const isNew = !this.#files.has(path);
    const isExclusive = (flags & OPEN_MODE.EXCL) !== 0 && (flags & OPEN_MODE.CREAT) !== 0;
    if (!isNew && isExclusive) throw new SftpFault(STATUS_CODE.FAILURE);
    const mayMake = (flags & OPEN_MODE.CREAT) !== 0;
    const fault = isNew && mayMake ? this.#files.set(path, "", mode & 0o7777) : undefined;
    const file = this.#files.find(path);
    if (fault !== undefined || file === undefined) throw faultOf(fault ?? "ENOENT");
    if ((flags & OPEN_MODE.TRUNC) !== 0 && file.kind === "file") file.content = "";
    this.#sftp.handle(id, this.#keep({ file }));
  }

  read(id: number, handle: Buffer, offset: number, length: number): void {
    const file = this.fileOf(handle);
    const part = file.content.slice(offset, offset + length);
    if (part === "") throw new SftpFault(STATUS_CODE.EOF);
    this.#sftp.data(id, Buffer.from(part, "latin1"));
  }

  write(id: number, handle: Buffer, offset: number, data: Buffer): void {
    const file = this.fileOf(handle);
    const { content } = file;
    const end = offset + data.length;
    const text = data.toString("latin1");
    file.content = content.slice(0, offset).padEnd(offset, "\0") + text + content.slice(end);
    this.#sftp.status(id, STATUS_CODE.OK);
  }

  tell(id: number, file: GuestFile | undefined): void {
    if (file === undefined) throw faultOf("ENOENT");
    this.#sftp.attrs(id, this.#attributes(file));
  }

  change(id: number, handle: Buffer, { mode, uid, gid }: Partial<Attributes>): void {
    const file = this.fileOf(handle);
    if (mode !== undefined) file.mode = mode & 0o7777;
    if (uid !== undefined) file.uid = uid;
    if (gid !== undefined) file.gid = gid;
    this.#sftp.status(id, STATUS_CODE.OK);
  }

  close(id: number, handle: Buffer): void {
    this.#open.delete(handle.readUInt32BE(0));
    this.#sftp.status(id, STATUS_CODE.OK);
  }

  openFolder(id: number, path: string): void {
    const names = this.#files.names(path);
    if (names === undefined) throw faultOf(this.#files.has(path) ? "ENOTDIR" : "ENOENT");
    this.#sftp.handle(id, this.#keep({ names: [...names], folder: path }));
  }

  list(id: number, handle: Buffer): void {
    const open = this.#open.get(handle.readUInt32BE(0));
    if (open === undefined || !("names" in open) || open.names.length === 0)
      throw new SftpFault(STATUS_CODE.EOF);
    const entries = open.names.splice(0).flatMap((filename) => {
      const file = this.#files.lookAt(`${open.folder}/${filename}`);
      return file === undefined ? [] : [{ filename, longname: filename, attrs: this.#attributes(file) }];
    });
    this.#sftp.name(id, entries);
  }

  remove(id: number, path: string): void {
    if (this.#files.lookAt(path)?.kind === "folder") throw new SftpFault(STATUS_CODE.FAILURE);
    if (!this.#files.delete(path)) throw faultOf("ENOENT");
    this.#sftp.status(id, STATUS_CODE.OK);
  }

  realPath(id: number, path: string): void {
    const filename = this.#files.resolve(path);
    if (filename === undefined) throw faultOf("ENOENT");
    // Nobody asks for more than the name.
    const attrs = { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };
    this.#sftp.name(id, [{ filename, longname: filename, attrs }]);
  }

  extended(id: number, name: string, data: Buffer): void {
    if (name === "posix-rename@openssh.com") this.#move(stringsIn(data));
    else if (name !== "fsync@openssh.com") throw new SftpFault(STATUS_CODE.OP_UNSUPPORTED);
    this.#sftp.status(id, STATUS_CODE.OK);
  }

  fileOf(handle: Buffer): GuestFile {
    const open = this.#open.get(handle.readUInt32BE(0));
    if (open === undefined || !("file" in open)) throw new SftpFault(STATUS_CODE.FAILURE);
    return open.file;
  }

  #keep(open: Open): Buffer {
    this.#nextHandle += 1;
    this.#open.set(this.#nextHandle, open);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(this.#nextHandle);
    return handle;
  }

  #move([from = "", to = ""]: readonly string[]): void {
    const fault = this.#files.find(to)?.kind === "folder" ? "EISDIR" : this.#files.move(from, to);
    if (fault !== undefined) throw faultOf(fault);
  }

  #attributes({ kind, mode, uid, gid, content }: GuestFile): Attributes {
    const time = this.#clock.seconds();
    return { mode: TYPE_BITS[kind] | mode, uid, gid, size: content.length, atime: time, mtime: time };
  }
}

/** The strings of a request, each after its length. */
function stringsIn(data: Buffer): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at + 4 <= data.length; ) {
    const length = data.readUInt32BE(at);
    found.push(data.toString("utf8", at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}
