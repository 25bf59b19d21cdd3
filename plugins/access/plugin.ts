import { definePlugin } from "../../sdk/index.ts";
import { aclList, aclRemove, aclSet } from "./acl.ts";
import { groupCreate, groupDelete, groupGet, groupList, groupUpdate } from "./groups.ts";
import { permissionsGet } from "./permissions.ts";
import { roleCreate, roleDelete, roleGet, roleList, roleUpdate } from "./roles.ts";
import { realmList, tfaList } from "./sign-in.ts";
import { tokenCreate, tokenDelete, tokenList, tokenRegenerate, tokenUpdate } from "./tokens.ts";
import { userCreate, userDelete, userGet, userList, userUpdate } from "./users.ts";

export default definePlugin({
  id: "access",
  title: "Users, roles and permissions",
  tools: () => [
    userList,
    userGet,
    userCreate,
    userUpdate,
    userDelete,
    groupList,
    groupGet,
    groupCreate,
    groupUpdate,
    groupDelete,
    roleList,
    roleGet,
    roleCreate,
    roleUpdate,
    roleDelete,
    aclList,
    aclSet,
    aclRemove,
    permissionsGet,
    tokenList,
    tokenCreate,
    tokenUpdate,
    tokenRegenerate,
    tokenDelete,
    realmList,
    tfaList,
  ],
});
