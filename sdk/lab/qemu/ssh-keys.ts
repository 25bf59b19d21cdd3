import { die } from "../errors.ts";

/** Checks percent-encoded public keys, a key a line, the way `ssh-keygen -l` would. */
export function checkSshKeys(encoded: string | undefined): void {
  if (encoded === undefined) return;
  for (const line of decodeKeys(encoded).split("\n"))
    if (line.trim() !== "" && !isPublicKey(line)) throw die("SSH public key validation error");
}

/** The keys in plain text. */
export function decodeKeys(encoded: string): string {
  return encoded.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

function isPublicKey(line: string): boolean {
  const words = line.trim().split(/\s+/);
  return words.some((type, index) => {
    const blob = Buffer.from(words[index + 1] ?? "", "base64");
    return blob.length > type.length + 4 && blob.subarray(4, 4 + type.length).toString() === type;
  });
}
