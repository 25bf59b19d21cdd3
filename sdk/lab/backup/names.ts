/** `2026_01_31-12_00_00`, of the lab's clock: its nodes keep UTC. */
export function archiveStamp(seconds: number): string {
  const [date = "", time = ""] = new Date(seconds * 1000).toISOString().slice(0, 19).split("T");
  return `${date.replaceAll("-", "_")}-${time.replaceAll(":", "_")}`;
}

/** `2026-01-31 12:00:00` */
export function logStamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
}

/** Seconds since the epoch in the standard name of a backup; undefined for any other name. */
export function archiveTime(volid: string): number | undefined {
  const file =
    /\/vzdump-(?:qemu|lxc)-[1-9]\d{2,8}-(\d{4})_(\d\d)_(\d\d)-(\d\d)_(\d\d)_(\d\d)\.(?:tgz|(?:tar|vma)(?:\.\w+)?)$/.exec(
      volid,
    );
  const snapshot = /\/(?:vm|ct)\/\d+\/(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/.exec(volid);
  const [, ...parts] = file ?? snapshot ?? [];
  if (parts.length === 0) return undefined;
  const [year = 0, month = 1, ...rest] = parts.map(Number);
  return Date.UTC(year, month - 1, ...rest) / 1000;
}

/** `12KB`, `8MB`, `1.50GB`, as the log of a backup tells the size of its archive. */
export function archiveSize(bytes: number): string {
  const kib = bytes / 1024;
  if (kib < 1024) return `${Math.floor(kib)}KB`;
  const mib = kib / 1024;
  if (mib < 1024) return `${Math.floor(mib)}MB`;
  const gib = mib / 1024;
  return gib < 1024 ? `${gib.toFixed(2)}GB` : `${(gib / 1024).toFixed(2)}TB`;
}

/** `00:01:34` */
export function duration(seconds: number): string {
  const part = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${part(seconds / 3600)}:${part((seconds % 3600) / 60)}:${part(seconds % 60)}`;
}
