// The rights that a query needs on relations, in the form of every version: checked outside a plan,
// moved between queries.
#pragma once

#include "engine/pg/list.h"
#include "engine/pg/postgres.h"

extern "C" {
#include "access/sysattr.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
}

namespace pgspan::pg {

// Raises 42501 unless the current user may INSERT into these columns (offset by
// FirstLowInvalidHeapAttributeNumber) of the relation that item stands for, which must be the only
// one in pstate's range table.
inline void CheckInsertRights(ParseState* pstate, ParseNamespaceItem* item, Bitmapset* columns) {
#if PG_VERSION_NUM >= 160000
    item->p_perminfo->requiredPerms = ACL_INSERT;
    item->p_perminfo->insertedCols = columns;
    ExecCheckPermissions(pstate->p_rtable, list_make1(item->p_perminfo), true);
#else
    item->p_rte->requiredPerms = ACL_INSERT;
    item->p_rte->insertedCols = columns;
    ExecCheckRTPerms(pstate->p_rtable, true);
#endif
}

// Whether rights are checked for an entry: a relation's, or that of a view that has become a
// sub-query (before 16 the view stays among the entries of the sub-query).
inline bool NeedsRights(const RangeTblEntry* rte) {
#if PG_VERSION_NUM >= 160000
    if (rte->rtekind == RTE_SUBQUERY && OidIsValid(rte->relid)) return true;
#endif
    return rte->rtekind == RTE_RELATION;
}

// Appends a copy of a relation's entry to another query, with the rights that are to be checked for
// it.
inline void AddRelationEntry(Query* to, [[maybe_unused]] const Query* from,
                             const RangeTblEntry* source) {
    auto* entry = static_cast<RangeTblEntry*>(copyObjectImpl(source));
#if PG_VERSION_NUM >= 160000
    const int index = static_cast<int>(entry->perminfoindex);
    if (index > 0) {
        to->rteperminfos =
            lappend(to->rteperminfos, copyObjectImpl(list_nth(from->rteperminfos, index - 1)));
        entry->perminfoindex = list_length(to->rteperminfos);
    }
#endif
    to->rtable = lappend(to->rtable, entry);
}

// A statement also checks the rights of the query's relations, whose entries, flat copies of those
// of the query, are appended to its own.
inline void AddCheckedEntries(PlannedStmt* statement, [[maybe_unused]] const Query* query,
                              List* entries) {
#if PG_VERSION_NUM >= 160000
    const int present = list_length(statement->permInfos);
    for (auto* entry : Each<RangeTblEntry>(entries))
        if (entry->perminfoindex > 0) entry->perminfoindex += present;
    statement->permInfos =
        list_concat(statement->permInfos, static_cast<List*>(copyObjectImpl(query->rteperminfos)));
#endif
    statement->rtable = list_concat(statement->rtable, entries);
}

// A query whose range table is that of another one, or a copy of it, needs the same rights.
inline void ShareRights([[maybe_unused]] Query* to, [[maybe_unused]] const Query* from) {
#if PG_VERSION_NUM >= 160000
    to->rteperminfos = static_cast<List*>(copyObjectImpl(from->rteperminfos));
#endif
}

// No rights are checked for this entry of the query, a copy of one from elsewhere, where they are.
inline void CheckNothing([[maybe_unused]] Query* query, RangeTblEntry* rte) {
#if PG_VERSION_NUM >= 160000
    // The planner wants to know as whom a relation is read.
    rte->perminfoindex = 0;
    auto* info = addRTEPermissionInfo(&query->rteperminfos, rte);
    info->requiredPerms = 0;
#else
    rte->requiredPerms = 0;
#endif
}

// The same for an entry that is no relation, or is none any longer.
inline void HaveNoRights(RangeTblEntry* rte) {
#if PG_VERSION_NUM >= 160000
    rte->perminfoindex = 0;
#else
    rte->requiredPerms = 0;
#endif
}

// rte, of query, gets the rights that are to be checked for source, of another query, which is the
// same relation.
inline void CopyRights(Query* query, RangeTblEntry* rte, const Query* from,
                       const RangeTblEntry* source) {
#if PG_VERSION_NUM >= 160000
    if (source->perminfoindex == 0) return CheckNothing(query, rte);
    query->rteperminfos = lappend(
        query->rteperminfos,
        copyObjectImpl(list_nth(from->rteperminfos, static_cast<int>(source->perminfoindex) - 1)));
    rte->perminfoindex = list_length(query->rteperminfos);
#else
    (void)query;
    (void)from;
    rte->requiredPerms = source->requiredPerms;
    rte->checkAsUser = source->checkAsUser;
    rte->selectedCols = bms_copy(source->selectedCols);
#endif
}

// The columns of the same names, offset by FirstLowInvalidHeapAttributeNumber.
inline Bitmapset* MoveColumns(const Bitmapset* columns, Relation to, Relation from) {
    Bitmapset* moved = nullptr;
    int column = -1;
    while ((column = bms_next_member(columns, column)) >= 0) {
        const auto number = static_cast<AttrNumber>(column + FirstLowInvalidHeapAttributeNumber);
        const AttrNumber own = number <= 0
                                   ? number
                                   : get_attnum(RelationGetRelid(to),
                                                get_attname(RelationGetRelid(from), number, false));
        moved = bms_add_member(moved, own - FirstLowInvalidHeapAttributeNumber);
    }
    return moved;
}

// The entry, of the query, is about to stand for another relation: no rights are checked for that,
// and the columns that are assigned are its own.
inline void MoveRights(Query* query, RangeTblEntry* rte, Relation to, Relation from) {
#if PG_VERSION_NUM >= 160000
    auto* info = static_cast<RTEPermissionInfo*>(
        copyObjectImpl(getRTEPermissionInfo(query->rteperminfos, rte)));
    info->relid = RelationGetRelid(to);
    info->requiredPerms = 0;
    info->insertedCols = MoveColumns(info->insertedCols, to, from);
    info->updatedCols = MoveColumns(info->updatedCols, to, from);
    query->rteperminfos = lappend(query->rteperminfos, info);
    rte->perminfoindex = list_length(query->rteperminfos);
#else
    (void)query;
    rte->requiredPerms = 0;
    rte->insertedCols = MoveColumns(rte->insertedCols, to, from);
    rte->updatedCols = MoveColumns(rte->updatedCols, to, from);
#endif
}

// The entry, of the query, stands for another relation with the same columns, on which the same
// rights are needed.
inline void StandFor([[maybe_unused]] Query* query, RangeTblEntry* rte, Oid relation) {
#if PG_VERSION_NUM >= 160000
    if (rte->perminfoindex > 0) getRTEPermissionInfo(query->rteperminfos, rte)->relid = relation;
#endif
    rte->relid = relation;
}

// A relation's entry becomes a sub-query's, under the same name and with the same columns.
inline void BecomeSubquery(RangeTblEntry* rte, Query* subquery) {
    HaveNoRights(rte);
    rte->rtekind = RTE_SUBQUERY;
    rte->subquery = subquery;
    rte->relid = InvalidOid;
    rte->relkind = 0;
    rte->rellockmode = NoLock;
    rte->inh = false;
#if PG_VERSION_NUM < 160000
    rte->checkAsUser = InvalidOid;
    rte->selectedCols = nullptr;
#endif
}

// The columns that the UPDATE of the query's target assigns, offset by
// FirstLowInvalidHeapAttributeNumber.
inline Bitmapset* AssignedColumns(const Query* query) {
    auto* rte = static_cast<RangeTblEntry*>(list_nth(query->rtable, query->resultRelation - 1));
#if PG_VERSION_NUM >= 160000
    return getRTEPermissionInfo(query->rteperminfos, rte)->updatedCols;
#else
    return rte->updatedCols;
#endif
}

// No rights are checked for this entry of the query: somebody else has.
inline void CheckNoRights(Query* query, RangeTblEntry* rte) {
#if PG_VERSION_NUM >= 160000
    if (rte->perminfoindex > 0) getRTEPermissionInfo(query->rteperminfos, rte)->requiredPerms = 0;
#else
    (void)query;
    rte->requiredPerms = 0;
#endif
}

}  // namespace pgspan::pg
