#include "engine/pg/relation.h"

extern "C" {
#include "access/xact.h"
#include "commands/trigger.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "optimizer/plancat.h"
#include "pgstat.h"
#include "storage/predicate.h"
#include "utils/acl.h"
#include "utils/regproc.h"
#include "utils/relcache.h"
}

namespace pgspan::pg {

namespace {

void NewStorage(Relation relation) {
#if PG_VERSION_NUM >= 160000
    RelationSetNewRelfilenumber(relation, relation->rd_rel->relpersistence);
#else
    RelationSetNewRelfilenode(relation, relation->rd_rel->relpersistence);
#endif
}

void Reindex(Oid relation) {
    ReindexParams parameters = {};
#if PG_VERSION_NUM >= 170000
    reindex_relation(nullptr, relation, REINDEX_REL_PROCESS_TOAST, &parameters);
#else
    reindex_relation(relation, REINDEX_REL_PROCESS_TOAST, &parameters);
#endif
}

}  // namespace

Oid RelationNamed(const char* name, LOCKMODE lock) {
#if PG_VERSION_NUM >= 160000
    List* parts = stringToQualifiedNameList(name, nullptr);
#else
    List* parts = stringToQualifiedNameList(name);
#endif
    return RangeVarGetRelid(makeRangeVarFromNameList(parts), lock, false);
}

bool OwnsRelation(Oid user, Oid relation) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(RelationRelationId, relation, user);
#else
    return pg_class_ownercheck(relation, user);
#endif
}

void EmptyStorage(Oid relation) {
    const Relation table = table_open(relation, AccessExclusiveLock);
    CheckTableForSerializableConflictIn(table);
    NewStorage(table);
    const Oid toast = table->rd_rel->reltoastrelid;
    if (OidIsValid(toast)) {
        const Relation toast_table = table_open(toast, AccessExclusiveLock);
        NewStorage(toast_table);
        table_close(toast_table, NoLock);
    }
    Reindex(relation);
    pgstat_count_truncate(table);
    table_close(table, NoLock);
}

void SetTriggerState(Oid relation, const char* trigger, char state) {
    const Relation table = table_open(relation, NoLock);
#if PG_VERSION_NUM >= 160000
    EnableDisableTrigger(table, trigger, InvalidOid, state, false, false, AccessExclusiveLock);
#else
    EnableDisableTrigger(table, trigger, state, false, AccessExclusiveLock);
#endif
    table_close(table, NoLock);
}

bool IsNewInSubtransaction(Relation relation) {
#if PG_VERSION_NUM >= 160000
    const SubTransactionId renewed = relation->rd_newRelfilelocatorSubid;
#else
    const SubTransactionId renewed = relation->rd_newRelfilenodeSubid;
#endif
    const SubTransactionId current = GetCurrentSubTransactionId();
    return relation->rd_createSubid == current || renewed == current;
}

double AssumedRowsOnPage(Oid relation) {
    const double row = static_cast<double>(MAXALIGN(get_relation_data_width(relation, nullptr)) +
                                           MAXALIGN(SizeofHeapTupleHeader) + sizeof(ItemIdData));
    return std::max((BLCKSZ - SizeOfPageHeaderData) / row, 1.0);
}

AttrMap* MapColumns(TupleDesc from, TupleDesc to) {
#if PG_VERSION_NUM >= 160000
    return build_attrmap_by_name(from, to, false);
#else
    return build_attrmap_by_name(from, to);
#endif
}

}  // namespace pgspan::pg
