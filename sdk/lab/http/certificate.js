import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
/** Makes an authority and a server certificate for the given names, as a fresh cluster does. */
export function makeCertificate(names, now = Date.now()) {
    const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const issuer = distinguishedName("Proxmox Virtual Environment Lab CA");
    const common = { issuer, issuerKey: authority.privateKey, now };
    const ca = certificate({
        ...common,
        subject: issuer,
        key: authority.publicKey,
        extensions: [isAuthority()],
    });
    const leaf = certificate({
        ...common,
        subject: distinguishedName(names[0] ?? "localhost"),
        key: server.publicKey,
        extensions: [alternativeNames(names)],
    });
    const digest = createHash("sha256").update(leaf).digest("hex").toUpperCase();
    return {
        key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        cert: toPem(leaf),
        caPem: toPem(ca),
        fingerprint: digest.replace(/(..)(?=.)/g, "$1:"),
    };
}
/** An X.509 v3 certificate in DER (RFC 5280). */
function certificate({ subject, issuer, key, issuerKey, extensions, now }) {
    const algorithm = sequence(objectId("2a8648ce3d040302"));
    const serial = randomBytes(16);
    // The first bit decides the sign of an INTEGER; a serial number is positive and without a leading zero.
    serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
    const body = sequence(der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, serial), algorithm, issuer, sequence(time(now - 86_400_000), time(now + 365 * 86_400_000)), subject, key.export({ type: "spki", format: "der" }), der(0xa3, sequence(...extensions)));
    return sequence(body, algorithm, bitString(sign("sha256", body, issuerKey)));
}
function distinguishedName(name) {
    return sequence(der(0x31, sequence(objectId("550403"), der(0x0c, Buffer.from(name)))));
}
function isAuthority() {
    const value = sequence(der(0x01, Buffer.from([0xff])));
    return sequence(objectId("551d13"), der(0x01, Buffer.from([0xff])), der(0x04, value));
}
function alternativeNames(names) {
    const entries = names.map((name) => {
        const octets = addressOctets(name);
        return octets === undefined ? der(0x82, Buffer.from(name)) : der(0x87, octets);
    });
    return sequence(objectId("551d11"), der(0x04, sequence(...entries)));
}
function addressOctets(name) {
    if (name === "::1")
        return Buffer.concat([Buffer.alloc(15), Buffer.from([1])]);
    if (!/^\d+(\.\d+){3}$/.test(name))
        return undefined;
    return Buffer.from(name.split(".").map(Number));
}
function time(ms) {
    const digits = new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14);
    return der(0x18, Buffer.from(`${digits}Z`));
}
function bitString(content) {
    return der(0x03, Buffer.concat([Buffer.from([0]), content]));
}
function objectId(hex) {
    return der(0x06, Buffer.from(hex, "hex"));
}
function sequence(...parts) {
    return der(0x30, Buffer.concat(parts));
}
function der(tag, content) {
    if (content.length < 0x80)
        return Buffer.concat([Buffer.from([tag, content.length]), content]);
    const hex = content.length.toString(16);
    const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
    return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}
function toPem(content) {
    const lines = content.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
    return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
