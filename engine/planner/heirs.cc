#include "engine/planner/heirs.h"

#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/attribute_var.h"
#include "engine/planner/flatten.h"
#include "engine/planner/planner.h"
#include "engine/planner/split_write.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// Visits the Vars of one range-table entry, at any depth.
template <typename Visit>
void VisitVars(Node* node, int rti, int level, Visit& visit) {
    pg::WalkNode(
        node,
        [&](Node* n, auto&& descend) {
            if (IsA(n, Query) && n != node) {
                VisitVars(n, rti, level + 1, visit);
                return false;
            }
            if (!IsA(n, Var)) return descend(n);
            auto* var = reinterpret_cast<Var*>(n);
            if (var->varno == rti && static_cast<int>(var->varlevelsup) == level) visit(var);
            return false;
        },
        QTW_IGNORE_JOINALIASES);
}

template <typename Visit>
void VisitVarsOf(Query* query, int rti, Visit visit) {
    VisitVars(reinterpret_cast<Node*>(query), rti, 0, visit);
}

// What a query reads of the table.
struct Used {
    Bitmapset* columns = nullptr;  // attribute numbers
    bool whole_row = false;
    bool table = false;
};

void AppendMember(StringInfo sql, const Relation parent, Oid member, const Used& used) {
    const TupleDesc columns = RelationGetDescr(parent);
    appendStringInfoString(sql, sql->len > 0 ? " UNION ALL SELECT " : "SELECT ");
    for (int i = 0; i < columns->natts; i++) {
        const FormData_pg_attribute* column = TupleDescAttr(columns, i);
        // Rights are needed for what is used only.
        const bool is_read =
            !column->attisdropped && (used.whole_row || bms_is_member(i + 1, used.columns));
        appendStringInfo(
            sql, "%s%s", i > 0 ? ", " : "",
            is_read ? quote_identifier(NameStr(column->attname)) : "NULL::pg_catalog.int4");
    }
    if (used.table) appendStringInfo(sql, "%s tableoid", columns->natts > 0 ? "," : "");
    appendStringInfo(sql, " FROM ONLY %s",
                     quote_qualified_identifier(get_namespace_name(get_rel_namespace(member)),
                                                get_rel_name(member)));
}

// Rights are those on the table alone, as the query has them.
void MoveRights(Query* subquery, const Query* query, const RangeTblEntry* rte) {
    for (auto* arm : Each<RangeTblEntry>(subquery->rtable)) {
        if (arm->rtekind != RTE_SUBQUERY) continue;
        auto* member = linitial_node(RangeTblEntry, arm->subquery->rtable);
        if (member->relid == rte->relid)
            pg::CopyRights(arm->subquery, member, query, rte);
        else
            pg::CheckNothing(arm->subquery, member);
    }
}

// Policies are those of the table alone; they hold for the rows of all.
void MoveConditions(Query* subquery, int rti, const RangeTblEntry* rte, const Relation parent) {
    if (rte->securityQuals == NIL) return;
    for (auto* arm : Each<RangeTblEntry>(subquery->rtable)) {
        if (arm->rtekind != RTE_SUBQUERY) continue;
        auto* member = linitial_node(RangeTblEntry, arm->subquery->rtable);
        const Relation relation = table_open(member->relid, NoLock);
        auto* conditions = static_cast<List*>(copyObjectImpl(rte->securityQuals));
        member->securityQuals = map_partition_varattnos(conditions, rti, relation, parent);
        table_close(relation, NoLock);
        auto* moved = reinterpret_cast<Node*>(member->securityQuals);
        ChangeVarNodes(moved, rti, 1, 0);
        arm->subquery->hasRowSecurity = true;
        if (checkExprHasSubLink(moved)) arm->subquery->hasSubLinks = true;
    }
}

// Each of the tables is sampled by itself, as PostgreSQL does.
void MoveSample(Query* subquery, const RangeTblEntry* rte) {
    if (!rte->tablesample) return;
    for (auto* arm : Each<RangeTblEntry>(subquery->rtable)) {
        if (arm->rtekind != RTE_SUBQUERY) continue;
        auto* sample = static_cast<TableSampleClause*>(copyObjectImpl(rte->tablesample));
        // Below the union and its arm.
        IncrementVarSublevelsUp(reinterpret_cast<Node*>(sample), 2, 0);
        linitial_node(RangeTblEntry, arm->subquery->rtable)->tablesample = sample;
        if (checkExprHasSubLink(reinterpret_cast<Node*>(sample))) arm->subquery->hasSubLinks = true;
    }
}

Query* UnionOf(const Query* query, int rti, const RangeTblEntry* rte, const List* members,
               const Used& used) {
    StringInfoData sql;
    initStringInfo(&sql);
    const Relation parent = table_open(rte->relid, NoLock);
    for (const Oid member : pg::EachOid(members)) AppendMember(&sql, parent, member, used);
    auto* raw = linitial_node(RawStmt, raw_parser(sql.data, RAW_PARSE_DEFAULT));
    Query* subquery = parse_analyze_fixedparams(raw, sql.data, nullptr, 0, nullptr);
    MoveRights(subquery, query, rte);
    MoveConditions(subquery, rti, rte, parent);
    MoveSample(subquery, rte);
    table_close(parent, NoLock);
    return subquery;
}

void RefuseSystemColumn(const Var* var, const RangeTblEntry* rte) {
    if (var->varattno >= 0 || var->varattno == TableOidAttributeNumber) return;
    RefuseFeature(psprintf("system column \"%s\" of distributed table \"%s\"",
                           get_attname(rte->relid, var->varattno, false), get_rel_name(rte->relid)),
                  nullptr);
}

bool HasOuterJoins(const Query* query) {
    for (const auto* rte : Each<RangeTblEntry>(query->rtable))
        if (rte->rtekind == RTE_JOIN && rte->jointype != JOIN_INNER) return true;
    return false;
}

// As rows of their columns: a sub-query's whole row would be a record, and where a local table is
// written the executor keeps that one, too. Behind an outer join it may be no row at all.
RangeTblEntry* NameWholeRows(Query* query, int rti) {
    const RangeTblEntry* rte = rt_fetch(rti, query->rtable);
    if (HasOuterJoins(query)) return const_cast<RangeTblEntry*>(rte);
    struct Whole {
        int rti;
        Oid relation;
    } whole = {rti, rte->relid};
    ReplaceVarsOfLevel(
        query,
        [](const Var* var, Index levels_up, void* context) -> Node* {
            const auto* table = static_cast<Whole*>(context);
            if (static_cast<int>(var->varno) != table->rti || var->varattno != 0)
                return static_cast<Node*>(copyObjectImpl(var));
            return RowOfColumns(table->relation, table->rti, levels_up);
        },
        &whole);
    return rt_fetch(rti, query->rtable);
}

// What the union cannot do in the table's place; nullptr if nothing.
const char* WhyNotRead(const Query* query, int rti) {
    if (query->resultRelation == rti) return "writing";
    for (const auto* mark : Each<RowMarkClause>(query->rowMarks))
        if (static_cast<int>(mark->rti) == rti) return "locking rows";
    return nullptr;
}

void ReadWithHeirs(Query* query, int rti) {
    RangeTblEntry* rte = NameWholeRows(query, rti);
    List* members = find_all_inheritors(rte->relid, AccessShareLock, nullptr);
    if (list_length(members) < 2) return;
    if (const char* reason = WhyNotRead(query, rti))
        RefuseFeature(psprintf("%s of distributed table \"%s\" with its heirs", reason,
                               get_rel_name(rte->relid)),
                      "Other tables inherit from it; with ONLY they are left out.");
    Used used;
    VisitVarsOf(query, rti, [&](const Var* var) {
        RefuseSystemColumn(var, rte);
        if (var->varattno > 0) used.columns = bms_add_member(used.columns, var->varattno);
        used.whole_row = used.whole_row || var->varattno == 0;
        used.table = used.table || var->varattno == TableOidAttributeNumber;
    });
    if (used.whole_row && used.table)
        RefuseFeature(psprintf("whole rows beside the tableoid of distributed table \"%s\" with "
                               "heirs",
                               get_rel_name(rte->relid)),
                      nullptr);
    Query* subquery = UnionOf(query, rti, rte, members, used);
    if (used.table) {
        const auto number = static_cast<AttrNumber>(list_length(subquery->targetList));
        VisitVarsOf(query, rti, [&](Var* var) {
            if (var->varattno == TableOidAttributeNumber) {
                var->varattno = number;
                var->varattnosyn = number;
            }
        });
        rte->eref->colnames = lappend(rte->eref->colnames, makeString(pstrdup("tableoid")));
    }
    pg::BecomeSubquery(rte, subquery);
    rte->tablesample = nullptr;
    // What could leak is evaluated above the union.
    rte->security_barrier = rte->securityQuals != NIL;
    rte->securityQuals = NIL;
}

}  // namespace

bool HasHeirs(const RangeTblEntry* rte) {
    return rte->rtekind == RTE_RELATION && rte->inh && !IsLocalPart(rte) &&
           has_subclass(rte->relid);
}

void ReadHeirs(Query* query) {
    FlattenJoinAliases(query);
    pg::WalkNode(reinterpret_cast<Node*>(query), [](Node* node, auto&& descend) {
        if (!IsA(node, Query)) return descend(node);
        auto* level = reinterpret_cast<Query*>(node);
        for (int rti = 1; rti <= list_length(level->rtable); rti++) {
            const RangeTblEntry* rte = rt_fetch(rti, level->rtable);
            if (!HasHeirs(rte)) continue;
            const metadata::Table* table = metadata::FindTable(rte->relid);
            if (table && table->IsHash()) ReadWithHeirs(level, rti);
        }
        return descend(node);
    });
}

}  // namespace pgspan::planner
