// Roles and memberships as statements for other nodes (see table_definition.h: Definition), which
// have all roles of the coordinator. Read as the extension's owner, under canonical settings
// (AllRoles sees to them itself).
// Called by: role.cc and required_objects.cc; cluster, for a node that is added.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// CREATE ROLE with all attributes where there is none of that name; NIL for PostgreSQL's own roles.
List* MissingRole(Oid role);
// ALTER ROLE: what the options (DefElems of CREATE or ALTER ROLE) concern, as it is now.
List* ChangedRole(Oid role, const List* options);
// GRANT of every group to the role, and of the role to every member, where both are there.
List* MembershipsOf(Oid role);
// Makes the membership elsewhere what it is here: there, not there, with or without admin option.
List* MembershipState(Oid group, Oid member);
// Every role and membership.
List* AllRoles();

}  // namespace pgspan::ddl
