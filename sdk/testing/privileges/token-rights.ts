import { type Lab, type LabState, tokenAclKey } from "../../lab/index.ts";
import type { Grant } from "./computed-role.ts";

/** What the lab's root token may do: everything, or exactly what is granted. The server signs in with it all along. */
export class TokenRights {
  readonly #lab: Lab;
  #roles: readonly string[] = [];

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** From now on these and no others, each on its path alone. */
  only(grants: readonly Grant[]): void {
    this.full();
    const { access, user, token } = this.#own();
    const paths = [...new Set(grants.map(({ path }) => path))];
    this.#roles = paths.map((_path, index) => `least-${index}`);
    for (const [index, path] of paths.entries()) {
      const own = grants.filter((grant) => grant.path === path).map(({ privilege }) => privilege);
      const roleid = `least-${index}`;
      access.roles.set(roleid, { roleid, special: false, privileges: new Set(own) });
      const entry = { path, type: "token", ugid: `${user}!${token.id}`, roleid, propagate: false } as const;
      access.acl.set(tokenAclKey(entry), entry);
    }
    token.privsep = true;
    access.changed();
  }

  /** Everything again. */
  full(): void {
    const { access, token } = this.#own();
    token.privsep = false;
    for (const roleid of this.#roles) access.roles.delete(roleid);
    for (const [key, { roleid }] of access.acl) if (this.#roles.includes(roleid)) access.acl.delete(key);
    this.#roles = [];
    access.changed();
  }

  #own(): { access: LabState["access"]; user: string; token: { readonly id: string; privsep: boolean } } {
    const { state, tokens } = this.#lab;
    const [user = "", id = ""] = tokens.root?.id.split("!") ?? [];
    const token = state.access.users.get(user)?.tokens.get(id);
    if (token === undefined) throw new Error("the lab's seed has no root token");
    return { access: state.access, user, token };
  }
}
