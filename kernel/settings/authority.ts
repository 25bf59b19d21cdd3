import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

const BLOCK = /-----BEGIN [A-Z0-9 ]*CERTIFICATE-----[\s\S]*?-----END [A-Z0-9 ]*CERTIFICATE-----/g;

/** What is wrong with a file of certificate authorities; undefined where it can be used. */
export function authorityFault(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return "the file cannot be read";
  }
  const blocks = text.match(BLOCK);
  if (blocks === null) return "the file holds no certificate in PEM form";
  return blocks.every(isCertificate) ? undefined : "the file holds a certificate that cannot be read";
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
