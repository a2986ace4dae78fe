#include "engine/ddl/drop_watch.h"

#include "engine/ddl/companion.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/policy.h"
#include "engine/ddl/trigger.h"
#include "engine/pg/catalog_scan.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/dependency.h"
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

bool DescribeConstraint(Oid constraint, LostPart* part) {
    const HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) return false;
    const auto* form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    // A foreign key goes with what it references, here as on every other node that has it.
    // A constraint trigger's goes with the trigger.
    const bool follows = form->contype == CONSTRAINT_FOREIGN || form->contype == CONSTRAINT_TRIGGER;
    *part = {form->conrelid, LostPart::kConstraint, form->contype, pstrdup(NameStr(form->conname)),
             nullptr};
    ReleaseSysCache(tuple);
    return !follows;
}

// False for a relation itself, and for what does not matter.
bool Describe(const ObjectAddress& object, LostPart* part) {
    if (object.classId == ConstraintRelationId) return DescribeConstraint(object.objectId, part);
    if (object.classId != RelationRelationId) return false;
    const Oid relation = object.objectId;
    if (object.objectSubId != 0) {
        const auto number = static_cast<AttrNumber>(object.objectSubId);
        *part = {relation, LostPart::kColumn, '\0', get_attname(relation, number, true), nullptr};
        return part->name != nullptr;
    }
    // The index of a key goes with the constraint.
    if (get_rel_relkind(relation) != RELKIND_INDEX || OidIsValid(get_index_constraint(relation)))
        return false;
    *part = {IndexGetRelation(relation, true), LostPart::kIndex, '\0', get_rel_name(relation),
             nullptr};
    return true;
}

bool Has(const List* parts, const LostPart& wanted) {
    for (const auto* part : pg::Each<LostPart>(parts))
        if (part->owner == wanted.owner && part->kind == wanted.kind &&
            strcmp(part->name, wanted.name) == 0)
            return true;
    return false;
}

void NotePart(const ObjectAddress& object) {
    LostPart part = {};
    if (!Describe(object, &part) || !list_member_oid(current_watch->known, part.owner)) return;
    part.description = getObjectDescription(&object, false);
    auto* kept = static_cast<LostPart*>(palloc(sizeof(LostPart)));
    *kept = part;
    current_watch->parts = lappend(current_watch->parts, kept);
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
    pg::EachCatalogRow<Form_pg_policy>(
        PolicyRelationId, PolicyOidIndexId, Anum_pg_policy_oid, policy,
        [](Form_pg_policy row, HeapTuple) {
            NoteFollowed(row->polrelid, DropPolicyStatement(row->polrelid, NameStr(row->polname)));
        });
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
    } else if (char* drop = DropCompanionStatement(class_id, object_id)) {
        watch.companion_drops = lappend(watch.companion_drops, drop);
    } else {
        NotePart({class_id, object_id, sub_id});
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

void RefuseLostPart(const LostPart& part) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("the statement would also drop %s", part.description),
            errdetail("Drops that cascade to parts of distributed and reference tables are not "
                      "supported."),
            errhint("Change the table with ALTER TABLE or DROP INDEX first."));
    pg_unreachable();
}

void RefuseLostParts(const DropWatch& watch, const List* followed) {
    for (const auto* part : pg::Each<LostPart>(watch.parts))
        if (!list_member_oid(watch.tables, part->owner) && !Has(followed, *part))
            RefuseLostPart(*part);
}

void InitializeDropWatch() {
    next_hook = object_access_hook;
    object_access_hook = Hook;
}

}  // namespace pgspan::ddl
