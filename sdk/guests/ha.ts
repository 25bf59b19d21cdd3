/** What a guest's status says of HA; undefined for one that HA does not manage, of which the API answers `{ managed: 0 }`. */
export function haIn(ha: unknown): object | undefined {
  const isManaged = typeof ha === "object" && ha !== null && "managed" in ha && Number(ha.managed) === 1;
  return isManaged ? ha : undefined;
}
