import type { CheckedEndpoints, CodeCheck } from "./types.ts";

const CONTROL = "pve-access-control, src/PVE/API2/AccessControl.pm";

const SEES_USERS: CodeCheck = {
  privileges: ["User.Modify", "Sys.Audit"],
  any: true,
  path: "/access/groups",
  hides: true,
  condition: "or on a group of the user; one's own account is always shown",
};

/** Users, groups, ACLs and sign-in. */
export const ACCESS_CHECKS: readonly CheckedEndpoints[] = [
  {
    endpoints: ["GET /access/users"],
    origin: "pve-access-control, src/PVE/API2/User.pm",
    checks: [SEES_USERS],
  },
  {
    endpoints: ["GET /access/tfa"],
    origin: "pve-access-control, src/PVE/API2/TFA.pm",
    checks: [SEES_USERS],
  },
  {
    endpoints: ["POST /access/users"],
    origin: "pve-access-control, src/PVE/API2/User.pm",
    checks: [],
  },
  {
    endpoints: ["GET /access/groups"],
    origin: "pve-access-control, src/PVE/API2/Group.pm",
    checks: [
      {
        privileges: ["User.Modify", "Sys.Audit", "Group.Allocate"],
        any: true,
        path: "/access/groups/{groupid}",
        hides: true,
        condition: "of each group",
      },
    ],
  },
  {
    endpoints: ["PUT /access/acl"],
    origin: "pve-access-control, src/PVE/API2/ACL.pm",
    checks: [
      {
        privileges: ["Permissions.Modify"],
        path: "{path}",
        from: (path) => [{ path: path.replace(/\/+$/, "") || "/" }],
        params: ["path"],
        condition: "unless the account holds there all that the roles give",
      },
    ],
  },
  {
    endpoints: ["GET /access/acl"],
    origin: "pve-access-control, src/PVE/API2/ACL.pm",
    checks: [
      {
        privileges: ["Sys.Audit"],
        path: "/access",
        hides: true,
        condition: "entries of other paths than those whose permissions may be changed",
      },
    ],
  },
  {
    endpoints: ["GET /access/permissions"],
    origin: CONTROL,
    checks: [
      {
        privileges: ["Sys.Audit"],
        path: "/access",
        params: ["userid"],
        condition: "for another account than one's own and its tokens",
      },
    ],
  },
  // Both say in words what they declare, and check no more.
  {
    endpoints: ["POST /access/domains/{realm}/sync"],
    origin: "pve-access-control, src/PVE/API2/Domains.pm",
    checks: [],
  },
  {
    endpoints: ["POST /cluster/jobs/realm-sync/{id}", "PUT /cluster/jobs/realm-sync/{id}"],
    origin: "pve-access-control, src/PVE/API2/Jobs/RealmSync.pm",
    checks: [],
  },
  // For another user of the realm pam it is refused to all but root, whatever the privileges.
  { endpoints: ["PUT /access/password"], origin: CONTROL, checks: [] },
  { endpoints: ["GET /access/domains"], origin: "pve-access-control, src/PVE/API2/Domains.pm", checks: [] },
  // Both take credentials as parameters; the second checks the privileges that its caller names.
  { endpoints: ["POST /access/ticket", "POST /access/vncticket"], origin: CONTROL, checks: [] },
];
