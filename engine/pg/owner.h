// Acting for somebody else: the engine reads catalogs and writes its metadata as the owner of the
// extension, after the caller's rights have been checked. An error restores the user with the
// (sub)transaction's abort.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

struct UserSwitch {
    Oid user;
    int security_context;
};

// Becomes the owner of the extension pgspan (a superuser) until ReturnToUser.
UserSwitch BecomeExtensionOwner();
// Whatever evaluates expressions of a relation has to run as its owner: they may call his
// functions.
UserSwitch BecomeOwnerOf(Oid relation);
// The user stays, but as the owner of a table is exempt from FORCE ROW LEVEL SECURITY.
UserSwitch IgnoreForcedPolicies();
void ReturnToUser(const UserSwitch& previous);

// SQL run or read as the extension's owner, who finds nothing of anybody else's (search_path.h).
uint64 RunSqlAsOwner(const char* sql);
char* QueryTextAsOwner(const char* sql);
List* QueryRowsAsOwner(const char* sql);

}  // namespace pgspan::pg
