#include "engine/pg/owner.h"

#include "engine/pg/search_path.h"
#include "engine/pg/catalog_scan.h"
#include "engine/pg/spi.h"

extern "C" {
#include "catalog/pg_authid.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
}

namespace pgspan::pg {

namespace {

Oid ExtensionOwner() {
    Oid owner = BOOTSTRAP_SUPERUSERID;
    EachCatalogRow<Form_pg_extension>(
        ExtensionRelationId, ExtensionOidIndexId, Anum_pg_extension_oid,
        get_extension_oid("pgspan", false),
        [&](Form_pg_extension row, HeapTuple) { owner = row->extowner; });
    return owner;
}

UserSwitch BecomeUser(Oid user) {
    UserSwitch previous = {};
    GetUserIdAndSecContext(&previous.user, &previous.security_context);
    SetUserIdAndSecContext(user, previous.security_context | SECURITY_LOCAL_USERID_CHANGE);
    return previous;
}

template <typename Body>
void AsOwner(Body&& body) {
    const UserSwitch caller = BecomeUser(ExtensionOwner());
    const int path = EnterSafeSearchPath();
    body();
    LeaveSearchPath(path);
    ReturnToUser(caller);
}

}  // namespace

UserSwitch BecomeExtensionOwner() {
    return BecomeUser(ExtensionOwner());
}

UserSwitch BecomeOwnerOf(Oid relation) {
    const Relation opened = table_open(relation, AccessShareLock);
    const Oid owner = opened->rd_rel->relowner;
    table_close(opened, AccessShareLock);
    return BecomeUser(owner);
}

UserSwitch IgnoreForcedPolicies() {
    UserSwitch previous = {};
    GetUserIdAndSecContext(&previous.user, &previous.security_context);
    SetUserIdAndSecContext(previous.user, previous.security_context | SECURITY_LOCAL_USERID_CHANGE |
                                              SECURITY_NOFORCE_RLS);
    return previous;
}

void ReturnToUser(const UserSwitch& previous) {
    SetUserIdAndSecContext(previous.user, previous.security_context);
}

uint64 RunSqlAsOwner(const char* sql) {
    uint64 rows = 0;
    AsOwner([&] { rows = RunSql(sql); });
    return rows;
}

char* QueryTextAsOwner(const char* sql) {
    char* text = nullptr;
    AsOwner([&] { text = QueryText(sql); });
    return text;
}

List* QueryRowsAsOwner(const char* sql) {
    List* rows = NIL;
    AsOwner([&] { rows = QueryRows(sql, nullptr); });
    return rows;
}

}  // namespace pgspan::pg
