/**
 * Text for Proxmox VE that the guest gets as exactly these bytes. Proxmox VE reads parameters as UTF-8 and hands
 * their characters to the agent without encoding them again, one byte a character, and fails at characters above
 * U+00FF (pve-http-server, APIServer/AnyEvent.pm; qemu-server, QMPClient.pm and QemuServer/Agent.pm). So each byte
 * goes as the character of its number.
 */
export function bytesAsText(bytes: string | Uint8Array): string {
  const buffer =
    typeof bytes === "string"
      ? Buffer.from(bytes)
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString("latin1");
}

/**
 * The bytes that a guest wrote: Proxmox VE answers one character a byte. Where an answer has other characters it was
 * decoded on the way, and is encoded again as UTF-8.
 */
export function textAsBytes(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return bytes.toString("latin1") === text ? bytes : Buffer.from(text);
}
