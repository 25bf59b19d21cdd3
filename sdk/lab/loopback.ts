/**
 * What connecting to a server comes to: on the node itself nobody listens, so there it is
 * refused; any other one answers.
 */
export function connectionFault(host: string): string | undefined {
  return /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/.test(host) ? "Connection refused" : undefined;
}

/** The status line of a request to a web server that cannot be reached, as LWP has it; undefined where it can be. */
export function webFault(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  const fault = connectionFault(hostname);
  const standard = protocol === "https:" ? "443" : "80";
  return fault === undefined
    ? undefined
    : `500 Can't connect to ${hostname}:${port === "" ? standard : port} (${fault})`;
}
