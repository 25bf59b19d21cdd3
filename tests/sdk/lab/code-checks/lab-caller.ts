import { aclKey } from "../../../../sdk/lab/access/access.ts";
import type { Lab } from "../../../../sdk/lab/index.ts";
import { Random } from "../../../../sdk/lab/random.ts";
import { addToken, addUser } from "../../../../sdk/lab/seeds/build.ts";

/** A privilege on an ACL path. */
export type Grant = readonly [privilege: string, path: string];

const random = new Random(7);
let made = 0;

/** A new user of the lab that holds exactly these privileges; answers the header of its token. */
export function callerWith(lab: Lab, grants: readonly Grant[]): string {
  made += 1;
  const { access } = lab.state;
  const userid = `caller${made}@pve`;
  const { header } = addToken(addUser(access, userid), "test", false, random);
  let index = 0;
  for (const [path, privileges] of groups(grants)) {
    index += 1;
    const roleid = `role${made}-${index}`;
    access.roles.set(roleid, { roleid, special: false, privileges: new Set(privileges) });
    const entry = { path, type: "user", ugid: userid, roleid } as const;
    access.acl.set(aclKey(entry), { ...entry, propagate: false });
  }
  access.changed();
  return header;
}

function groups(grants: readonly Grant[]): Map<string, string[]> {
  const byPath = new Map<string, string[]>();
  for (const [privilege, path] of grants) byPath.set(path, [...(byPath.get(path) ?? []), privilege]);
  return byPath;
}
