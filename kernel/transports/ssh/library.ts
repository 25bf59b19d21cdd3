/** The parts of ssh2 in use, loaded when SSH is first needed: it is a CommonJS package of some weight. */
import ssh2 from "ssh2";
import inside from "ssh2/lib/protocol/SFTP.js";

export const Client = ssh2.Client;

/** An SFTP session on a channel that is open already. */
export const Sftp = inside.SFTP;
