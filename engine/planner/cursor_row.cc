#include "engine/planner/cursor_row.h"

#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/planner/planner.h"
#include "engine/planner/remote_relation.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "nodes/params.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "parser/parse_func.h"
#include "parser/parse_oper.h"
#include "parser/parsetree.h"
#include "storage/itemptr.h"
#include "utils/datum.h"
#include "utils/portal.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// What pgspan.current_of is asked for.
enum class Wanted : int { kRow = 1, kKey = 2, kShard = 3 };

// pgspan.current_of(cursor, relation, wanted, NULL::type)
Expr* AskCursor(const CurrentOfExpr* current_of, const metadata::Table& table, Wanted wanted,
                Oid type, int32 typmod, Oid collation) {
    Node* cursor = nullptr;
    if (current_of->cursor_name) {
        cursor = reinterpret_cast<Node*>(makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
                                                   CStringGetTextDatum(current_of->cursor_name),
                                                   false, false));
    } else {
        auto* param = makeNode(Param);
        param->paramkind = PARAM_EXTERN;
        param->paramid = current_of->cursor_param;
        param->paramtype = REFCURSOROID;
        param->paramtypmod = -1;
        param->paramcollid = DEFAULT_COLLATION_OID;
        param->location = -1;
        cursor =
            reinterpret_cast<Node*>(makeRelabelType(reinterpret_cast<Expr*>(param), TEXTOID, -1,
                                                    DEFAULT_COLLATION_OID, COERCE_IMPLICIT_CAST));
    }
    const Oid types[] = {TEXTOID, OIDOID, INT4OID, ANYELEMENTOID};
    List* name = pg::MakeList(makeString(pstrdup("pgspan")), makeString(pstrdup("current_of")));
    List* arguments = pg::MakeList(
        cursor,
        reinterpret_cast<Node*>(makeConst(OIDOID, -1, InvalidOid, sizeof(Oid),
                                          ObjectIdGetDatum(table.relation), false, true)),
        reinterpret_cast<Node*>(makeConst(INT4OID, -1, InvalidOid, sizeof(int32),
                                          Int32GetDatum(static_cast<int>(wanted)), false, true)),
        reinterpret_cast<Node*>(makeNullConst(type, typmod, collation)));
    return reinterpret_cast<Expr*>(makeFuncExpr(LookupFuncName(name, 4, types, false), type,
                                                arguments, collation, DEFAULT_COLLATION_OID,
                                                COERCE_EXPLICIT_CALL));
}

Node* Equal(Oid operator_id, Expr* left, Expr* right, Oid collation) {
    Expr* clause = make_opclause(operator_id, BOOLOID, false, left, right, InvalidOid, collation);
    set_opfuncid(reinterpret_cast<OpExpr*>(clause));
    return reinterpret_cast<Node*>(clause);
}

TargetEntry* FindColumn(const List* target_list, const char* name, Oid relation) {
    const char* wanted = psprintf("%s_%u", name, relation);
    for (auto* entry : Each<TargetEntry>(target_list))
        if (entry->resjunk && entry->resname && strcmp(entry->resname, wanted) == 0) return entry;
    return nullptr;
}

[[noreturn]] void RefuseCursor(const char* cursor, const char* what) {
    ereport(ERROR, errcode(ERRCODE_INVALID_CURSOR_STATE),
            errmsg("cursor \"%s\" is %s", cursor, what));
    pg_unreachable();
}

// The row that the cursor has fetched last.
PlanState* FindCursor(const char* name) {
    const Portal portal = GetPortalByName(name);
    if (!PortalIsValid(portal))
        ereport(ERROR, errcode(ERRCODE_UNDEFINED_CURSOR),
                errmsg("cursor \"%s\" does not exist", name));
    if (portal->strategy != PORTAL_ONE_SELECT) RefuseCursor(name, "not a SELECT query");
    if (!portal->queryDesc || !portal->queryDesc->estate)
        RefuseCursor(name, "held from a previous transaction");
    PlanState* top = portal->queryDesc->planstate;
    if (portal->atStart || portal->atEnd || TupIsNull(top->ps_ResultTupleSlot))
        RefuseCursor(name, "not positioned on a row");
    return top;
}

Datum ColumnOf(PlanState* cursor, const char* cursor_name, const char* column, Oid relation,
               bool* is_null) {
    const TargetEntry* entry = FindColumn(cursor->plan->targetlist, column, relation);
    if (!entry)
        RefuseCursor(cursor_name, psprintf("not a simply updatable scan of table \"%s\"",
                                           get_rel_name(relation)));
    return slot_getattr(cursor->ps_ResultTupleSlot, entry->resno, is_null);
}

}  // namespace

bool MayCarryRows(const Query* query, int cursor_options) {
    // Every cursor, and hardly anything else, asks for a fast plan.
    if ((cursor_options & CURSOR_OPT_FAST_PLAN) == 0 || list_length(query->rtable) != 1 ||
        query->hasAggs || query->groupClause || query->groupingSets || query->distinctClause ||
        query->hasWindowFuncs || query->hasTargetSRFs || query->havingQual || query->cteList ||
        query->setOperations)
        return false;
    const auto* rte = linitial_node(RangeTblEntry, query->rtable);
    if (rte->rtekind != RTE_RELATION || list_length(query->jointree->fromlist) != 1) return false;
    const metadata::Table* table = metadata::FindTable(rte->relid);
    return table && table->IsHash();
}

bool CarryRows(Query* query) {
    if (list_length(query->rtable) != 1) return false;
    RemoteRelation* relation = RemoteRelationOf(linitial_node(RangeTblEntry, query->rtable));
    if (!relation) return false;
    const metadata::Table& table = *relation->shape.anchor;
    Var* const columns[] = {
        makeVar(1, SelfItemPointerAttributeNumber, TIDOID, -1, InvalidOid, 0),
        makeVar(1, table.distribution_column, table.distribution_type, table.distribution_typmod,
                get_typcollation(table.distribution_type), 0)};
    const char* const names[] = {kCursorRowColumn, kCursorKeyColumn};
    for (int i = 0; i < 2; i++) {
        Var* column = columns[i];
        const auto number = static_cast<AttrNumber>(list_length(relation->query->targetList) + 1);
        relation->query->targetList = lappend(
            relation->query->targetList, makeTargetEntry(reinterpret_cast<Expr*>(column), number,
                                                         psprintf("c%d", number), false));
        Var* above = makeVar(1, number, column->vartype, column->vartypmod, column->varcollid, 0);
        query->targetList =
            lappend(query->targetList,
                    makeTargetEntry(reinterpret_cast<Expr*>(above),
                                    static_cast<AttrNumber>(list_length(query->targetList) + 1),
                                    psprintf("%s_%u", names[i], table.relation), true));
    }
    linitial(query->rtable) = MakeRemoteEntry(relation, "remote");
    return true;
}

void KeepFetchedRow(PlannedStmt* statement) {
    if (!IsA(statement->planTree, Material))
        statement->planTree = materialize_finished_plan(statement->planTree);
}

Node* IsKeyOfCursorRow(const CurrentOfExpr* current_of, const metadata::Table& table) {
    const Oid type = table.distribution_type;
    const Oid collation = get_typcollation(type);
    Oid equal_operator = InvalidOid;
    get_sort_group_operators(type, false, false, false, nullptr, &equal_operator, nullptr, nullptr);
    if (!OidIsValid(equal_operator))
        ereport(
            ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
            errmsg("could not identify an equality operator for type %s", format_type_be(type)));
    return Equal(
        equal_operator,
        reinterpret_cast<Expr*>(
            makeVar(1, table.distribution_column, type, table.distribution_typmod, collation, 0)),
        AskCursor(current_of, table, Wanted::kKey, type, table.distribution_typmod, collation),
        table.distribution_collation);
}

Node* IsAtCursorRow(const CurrentOfExpr* current_of, const metadata::Table& table) {
    Expr* shard = AskCursor(current_of, table, Wanted::kShard, TEXTOID, -1, DEFAULT_COLLATION_OID);
    Expr* row = AskCursor(current_of, table, Wanted::kRow, TIDOID, -1, InvalidOid);
    // In a sub-query of its own the function is called once, and the row found by its place.
    auto* latest = makeNode(Query);
    latest->commandType = CMD_SELECT;
    latest->canSetTag = true;
    latest->jointree = makeFromExpr(NIL, nullptr);
    latest->targetList =
        pg::MakeList(makeTargetEntry(reinterpret_cast<Expr*>(makeFuncExpr(
                                         F_CURRTID2, TIDOID, pg::MakeList(shard, row), InvalidOid,
                                         DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL)),
                                     1, pstrdup("row"), false));
    auto* sublink = makeNode(SubLink);
    sublink->subLinkType = EXPR_SUBLINK;
    sublink->subselect = reinterpret_cast<Node*>(latest);
    sublink->location = -1;
    return Equal(TIDEqualOperator,
                 reinterpret_cast<Expr*>(
                     makeVar(1, SelfItemPointerAttributeNumber, TIDOID, -1, InvalidOid, 0)),
                 reinterpret_cast<Expr*>(sublink), InvalidOid);
}

}  // namespace pgspan::planner

PGSPAN_FUNCTION(pgspan_current_of) {
    using namespace pgspan::planner;
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2)) PG_RETURN_NULL();
    const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const Oid relation = PG_GETARG_OID(1);
    PlanState* cursor = FindCursor(name);
    bool is_null = false;
    switch (static_cast<Wanted>(PG_GETARG_INT32(2))) {
    case Wanted::kRow: {
        const Datum row = ColumnOf(cursor, name, kCursorRowColumn, relation, &is_null);
        if (get_fn_expr_argtype(fcinfo->flinfo, 3) != TIDOID) break;
        auto* copy = static_cast<ItemPointer>(palloc(sizeof(ItemPointerData)));
        ItemPointerCopy(reinterpret_cast<ItemPointer>(DatumGetPointer(row)), copy);
        PG_RETURN_POINTER(copy);
    }
    case Wanted::kKey: {
        const Datum key = ColumnOf(cursor, name, kCursorKeyColumn, relation, &is_null);
        const pgspan::metadata::Table* table = pgspan::metadata::FindTable(relation);
        if (!table || get_fn_expr_argtype(fcinfo->flinfo, 3) != table->distribution_type) break;
        if (is_null)
            RefuseFeature("WHERE CURRENT OF for a row without a distribution key", nullptr);
        int16 length = 0;
        bool by_value = false;
        get_typlenbyval(table->distribution_type, &length, &by_value);
        PG_RETURN_DATUM(datumCopy(key, by_value, length));
    }
    case Wanted::kShard: {
        const Datum key = ColumnOf(cursor, name, kCursorKeyColumn, relation, &is_null);
        const pgspan::metadata::Table* table = pgspan::metadata::FindTable(relation);
        if (!table || get_fn_expr_argtype(fcinfo->flinfo, 3) != TEXTOID) break;
        PG_RETURN_TEXT_P(cstring_to_text(pgspan::metadata::QualifiedShardName(
            *table, pgspan::metadata::ShardIndexFor(*table, key, is_null))));
    }
    }
    ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
            errmsg("pgspan.current_of is called by WHERE CURRENT OF only"));
    PG_RETURN_NULL();
}
