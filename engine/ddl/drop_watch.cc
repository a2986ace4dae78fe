#include "engine/ddl/drop_watch.h"

#include "engine/ddl/mirror.h"
#include "engine/ddl/policy.h"
#include "engine/ddl/trigger.h"
#include "engine/metadata/tables.h"

extern "C" {
#include "catalog/index.h"
#include "catalog/objectaccess.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_trigger.h"
}

namespace pgspan::ddl {

namespace {

object_access_hook_type next_hook = nullptr;
DropWatch* current_watch = nullptr;

// A foreign key goes with what it references, here as on every other node that has it.
Oid ConstrainedRelation(Oid constraint) {
    const HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const auto* form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    const bool follows = form->contype == CONSTRAINT_FOREIGN;
    const Oid relation = follows ? InvalidOid : form->conrelid;
    ReleaseSysCache(tuple);
    return relation;
}

// The relation that the dropped object is a part of; InvalidOid for a relation itself, and for what
// does not matter.
Oid OwnerOf(Oid class_id, Oid object_id, int sub_id) {
    if (class_id == ConstraintRelationId) return ConstrainedRelation(object_id);
    if (class_id != RelationRelationId) return InvalidOid;
    if (sub_id != 0) return object_id;
    const char kind = get_rel_relkind(object_id);
    return kind == RELKIND_INDEX ? IndexGetRelation(object_id, true) : InvalidOid;
}

void NoteFollowed(Oid owner, char* drop) {
    DropWatch& watch = *current_watch;
    if (!drop || !list_member_oid(watch.known, owner)) return;
    watch.followed_owners = lappend_oid(watch.followed_owners, owner);
    watch.followed_drops = lappend(watch.followed_drops, drop);
}

void NoteTrigger(Oid trigger) {
    if (current_watch->known == NIL) return;
    Oid owner = InvalidOid;
    char* drop = DropStandIn(trigger, &owner);
    NoteFollowed(owner, drop);
}

void NotePolicy(Oid policy) {
    const Relation catalog = table_open(PolicyRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_policy_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(policy));
    const SysScanDesc scan = systable_beginscan(catalog, PolicyOidIndexId, true, nullptr, 1, &key);
    const HeapTuple tuple = systable_getnext(scan);
    if (HeapTupleIsValid(tuple)) {
        const auto* form = reinterpret_cast<Form_pg_policy>(GETSTRUCT(tuple));
        NoteFollowed(form->polrelid, DropPolicyStatement(form->polrelid, NameStr(form->polname)));
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
}

// By the list of tables, not the cache of metadata: their containers may have gone before them.
void NoteDrop(Oid class_id, Oid object_id, int sub_id) {
    DropWatch& watch = *current_watch;
    const MemoryContext caller = MemoryContextSwitchTo(watch.context);
    if (class_id == RelationRelationId && sub_id == 0 && list_member_oid(watch.known, object_id)) {
        watch.tables = lappend_oid(watch.tables, object_id);
        watch.names = lappend(watch.names, QualifiedRelationName(object_id));
    } else if (class_id == TriggerRelationId) {
        NoteTrigger(object_id);
    } else if (class_id == PolicyRelationId) {
        NotePolicy(object_id);
    } else {
        const Oid owner = OwnerOf(class_id, object_id, sub_id);
        if (OidIsValid(owner) && list_member_oid(watch.known, owner)) {
            const ObjectAddress address = {class_id, object_id, sub_id};
            watch.part_owners = lappend_oid(watch.part_owners, owner);
            watch.part_names = lappend(watch.part_names, getObjectDescription(&address, false));
        }
    }
    MemoryContextSwitchTo(caller);
}

void Hook(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void* argument) {
    pg::Entry([&] {
        if (next_hook) next_hook(access, class_id, object_id, sub_id, argument);
        if (access == OAT_DROP && current_watch) NoteDrop(class_id, object_id, sub_id);
    });
}

}  // namespace

DropWatch* SetDropWatch(DropWatch* watch) {
    return std::exchange(current_watch, watch);
}

void RefuseLostParts(const DropWatch& watch) {
    for (int i = 0; i < list_length(watch.part_owners); i++) {
        if (list_member_oid(watch.tables, list_nth_oid(watch.part_owners, i))) continue;
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("the statement would also drop %s",
                       static_cast<char*>(list_nth(watch.part_names, i))),
                errdetail("Drops that cascade to parts of distributed and reference tables are not "
                          "supported."),
                errhint("Change the table with ALTER TABLE or DROP INDEX first."));
    }
}

void InitializeDropWatch() {
    next_hook = object_access_hook;
    object_access_hook = Hook;
}

}  // namespace pgspan::ddl
