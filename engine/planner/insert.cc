// INSERT into distributed and reference tables: pushed down (INSERT … SELECT inside a colocation
// group), or of rows that the coordinator computes.
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/plan/insert_plan.h"
#include "engine/placement/sql_template.h"
#include "engine/planner/flatten.h"
#include "engine/planner/general_write.h"
#include "engine/planner/insert_exchange.h"
#include "engine/planner/insert_plan.h"
#include "engine/planner/planner.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/row_security.h"
#include "engine/planner/safety.h"
#include "engine/planner/scan_plan.h"
#include "engine/planner/task_sql.h"
#include "engine/planner/triggered_write.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_constraint.h"
#include "optimizer/optimizer.h"
#include "optimizer/planner.h"
#include "parser/parse_func.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// The entry that INSERT takes its rows from; nullptr for a single row of VALUES.
RangeTblEntry* SourceOf(const Query* query) {
    if (query->jointree->fromlist == NIL) return nullptr;
    auto* source = static_cast<Node*>(linitial(query->jointree->fromlist));
    // What a MERGE inserts may come from a join.
    if (!IsA(source, RangeTblRef)) return nullptr;
    return rt_fetch(reinterpret_cast<RangeTblRef*>(source)->rtindex, query->rtable);
}

const char* WhyDoesNotFit(Node* part, const Query* query) {
    const auto has_sublink = [](Node* node, auto&& descend) {
        return IsA(node, SubLink) || descend(node);
    };
    const char* reason = nullptr;
    if (!IsRemotable(part, query, &reason)) return reason;
    if (pg::WalkNode(part, has_sublink)) return "a sub-query";
    // Each copy would compute values of its own.
    const metadata::Table* table =
        metadata::FindTable(rt_fetch(query->resultRelation, query->rtable)->relid);
    if (table && table->IsReference() && contain_volatile_functions(part))
        return "a volatile function";
    return nullptr;
}

const char* WhyTailDoesNotFit(const Query* query) {
    const char* reason = WhyConflictDoesNotFit(query);
    if (!reason) reason = WhyReturningDoesNotFit(query);
    return reason ? reason : WhyNewRowsDoNotFit(query);
}

bool IsDeferrable(Oid constraint) {
    const HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for constraint %u", constraint);
    const bool deferrable = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->condeferrable;
    ReleaseSysCache(tuple);
    return deferrable;
}

// ON CONFLICT ON CONSTRAINT names the shell's constraint; the container has one under a name of its
// own.
void PointAtContainersConstraint(Query* query, const metadata::Table& table) {
    if (!query->onConflict || !OidIsValid(query->onConflict->constraint) || !table.IsHash()) return;
    const char* name = get_constraint_name(query->onConflict->constraint);
    const Oid own = get_relation_constraint_oid(
        table.container, metadata::ContainerName(name, table.table_id), true);
    const Oid same =
        OidIsValid(own) ? own : get_relation_constraint_oid(table.container, name, true);
    if (IsDeferrable(query->onConflict->constraint))
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("ON CONFLICT does not support deferrable unique constraints/exclusion "
                       "constraints as arbiters"));
    if (!OidIsValid(same))
        RefuseFeature(psprintf("ON CONFLICT ON CONSTRAINT \"%s\"", name), nullptr);
    query->onConflict->constraint = same;
}

bool HasUniqueIndexIn(const metadata::Table& table, Oid collation) {
    const Relation relation = table_open(table.relation, NoLock);
    bool found = false;
    for (const Oid index : pg::EachOid(RelationGetIndexList(relation))) {
        const Relation opened = index_open(index, AccessShareLock);
        for (int i = 0; i < opened->rd_index->indnkeyatts; i++)
            found = found || (opened->rd_index->indisunique &&
                              opened->rd_index->indkey.values[i] == table.distribution_column &&
                              opened->rd_indcollation[i] == collation);
        index_close(opened, NoLock);
    }
    table_close(relation, NoLock);
    return found;
}

// The container's unique indexes have the distribution column in its own collation (ddl/index.h).
void InferContainersIndex(Query* query, const metadata::Table& table) {
    if (!query->onConflict || !table.IsHash()) return;
    for (auto* element : Each<InferenceElem>(query->onConflict->arbiterElems)) {
        if (!OidIsValid(element->infercollid) || !IsA(element->expr, Var) ||
            reinterpret_cast<Var*>(element->expr)->varattno != table.distribution_column)
            continue;
        if (!HasUniqueIndexIn(table, element->infercollid))
            ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
                    errmsg("there is no unique or exclusion constraint matching the ON CONFLICT "
                           "specification"));
        element->infercollid = InvalidOid;
    }
}

// Pushed INSERT … SELECT
// ----------------------------------------------------------------------------------------

// The deparser prints the source's sub-query as it is, in the order of INSERT's columns: what the
// rewriter added (defaults, casts, another order) becomes a level of its own around it.
void WrapSource(Query* query, Index source_index) {
    RangeTblEntry* source = rt_fetch(source_index, query->rtable);
    auto* outer = makeNode(Query);
    outer->commandType = CMD_SELECT;
    outer->canSetTag = true;
    auto* inner = static_cast<RangeTblEntry*>(copyObjectImpl(source));
    inner->inFromCl = true;
    outer->rtable = pg::MakeList(inner);
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = 1;
    outer->jointree = makeFromExpr(pg::MakeList(reference), nullptr);
    AttrNumber number = 0;
    List* names = NIL;
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        number++;
        auto* expr = static_cast<Node*>(copyObjectImpl(entry->expr));
        ChangeVarNodes(expr, static_cast<int>(source_index), 1, 0);
        char* name = psprintf("c%d", number);
        names = lappend(names, makeString(name));
        outer->targetList = lappend(
            outer->targetList, makeTargetEntry(reinterpret_cast<Expr*>(expr), number, name, false));
        entry->expr =
            reinterpret_cast<Expr*>(makeVar(static_cast<int>(source_index), number, exprType(expr),
                                            exprTypmod(expr), exprCollation(expr), 0));
    }
    source->subquery = outer;
    source->alias = makeAlias("source", NIL);
    source->eref = makeAlias("source", names);
}

PlannedStmt* TryPushDown(Query* query, const metadata::Table& table, const RangeTblEntry* source) {
    // A rule adds conditions, and tables, beside the source.
    if (!table.IsHash() || source->rtekind != RTE_SUBQUERY || query->cteList != NIL ||
        query->jointree->quals || list_length(query->jointree->fromlist) != 1)
        return nullptr;
    const Level level = {source->subquery, nullptr};
    const QueryShape shape = AnalyzeQuery(level);
    if (!shape.whole.IsDistributed() || (shape.whole.pin && IsA(shape.whole.pin, Var)) ||
        shape.whole.anchor->colocation_id != table.colocation_id || WhyTailDoesNotFit(query))
        return nullptr;
    const auto source_index =
        static_cast<Index>(castNode(RangeTblRef, linitial(query->jointree->fromlist))->rtindex);
    bool key_follows = false;
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        if (!IsRemotable(expr, query, nullptr) || checkExprHasSubLink(expr)) return nullptr;
        if (entry->resno == table.distribution_column && IsA(expr, Var) &&
            reinterpret_cast<Var*>(expr)->varno == static_cast<int>(source_index))
            key_follows =
                list_member_int(shape.key_columns, reinterpret_cast<Var*>(expr)->varattno);
    }
    if (!key_follows) return nullptr;
    auto* remote = static_cast<Query*>(copyObjectImpl(query));
    PointAtContainersConstraint(remote, table);
    InferContainersIndex(remote, table);
    WrapSource(remote, source_index);
    const plan::DistributedPlan plan = MakeDistributedPlan(remote, shape.whole, false, {});
    return MakeStatement(query, &MakeTopScan(plan, query->returningList)->scan.plan);
}

// Rows computed here
// --------------------------------------------------------------------------------------------

struct SplitText {
    char* head;
    char* tail;
};

__attribute__((noinline)) SplitText SplitAroundRow(const char* sql) {
    const auto [head, tail] = placement::SplitInsert(sql);
    SplitText split = {static_cast<char*>(malloc(head.size() + 1)),
                       static_cast<char*>(malloc(tail.size() + 1))};
    if (!split.head || !split.tail) throw std::bad_alloc();
    memcpy(split.head, head.c_str(), head.size() + 1);
    memcpy(split.tail, tail.c_str(), tail.size() + 1);
    return split;
}

// The statement without what it takes its rows from, which may be long and is not copied.
Query* WithoutSource(const Query* query) {
    Query bare = *query;
    bare.rtable = NIL;
    for (auto* rte : Each<RangeTblEntry>(query->rtable)) {
        RangeTblEntry entry = *rte;
        if (rte->rtekind == RTE_SUBQUERY || rte->rtekind == RTE_VALUES) {
            entry.rtekind = RTE_RESULT;
            entry.subquery = nullptr;
            entry.values_lists = NIL;
        }
        bare.rtable = lappend(bare.rtable, copyObjectImpl(&entry));
    }
    bare.jointree = makeFromExpr(NIL, nullptr);
    bare.targetList = NIL;
    bare.cteList = NIL;
    bare.hasModifyingCTE = false;
    bare.hasSubLinks = false;
    bare.override = OVERRIDING_NOT_SET;
    return static_cast<Query*>(copyObjectImpl(&bare));
}

// The statement without its rows, as text in two parts, with parameters of the tail first.
void MakeHeadAndTail(const Query* query, const metadata::Table& table, plan::InsertPlan* insert) {
    Query* remote = WithoutSource(query);
    PointAtContainersConstraint(remote, table);
    InferContainersIndex(remote, table);
    // The row's parameters are made last so that the tail's come first; while those are collected
    // the row is constant.
    List* columns = NIL;
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        auto* param = makeNode(Param);
        param->paramkind = PARAM_SUBLINK;  // printed as $n, and left alone by MakeTaskSql
        param->paramid = 1;
        param->paramtype = exprType(expr);
        param->paramtypmod = exprTypmod(expr);
        param->paramcollid = exprCollation(expr);
        param->location = -1;
        columns = lappend(columns, makeTargetEntry(reinterpret_cast<Expr*>(param), entry->resno,
                                                   entry->resname, false));
    }
    remote->targetList = columns;
    const TaskSql task = MakeTaskSql(remote, Constants::kInline, {});
    SplitText split = SplitAroundRow(task.sql);
    insert->head = pstrdup(split.head);
    insert->tail = pstrdup(split.tail);
    free(split.head);
    free(split.tail);
    insert->tail_parameters = task.parameters;
    insert->tail_parameter_types = task.parameter_types;
}

bool IsSimpleRow(const Query* query) {
    if (query->jointree->fromlist != NIL || query->jointree->quals || query->hasSubLinks ||
        query->hasTargetSRFs || query->cteList != NIL)
        return false;
    for (auto* entry : Each<TargetEntry>(query->targetList))
        if (!IsComputableUpFront(reinterpret_cast<Node*>(entry->expr))) return false;
    return true;
}

bool ReadsValuesOnly(const Query* query) {
    const RangeTblEntry* source = SourceOf(query);
    return source && source->rtekind == RTE_VALUES && !query->hasSubLinks && query->cteList == NIL;
}

CustomScan* MakeInsertScan(const Query* query, const plan::InsertPlan& insert) {
    plan::DistributedPlan output = {};
    output.anchor = insert.relation;
    output.sql = "";
    CustomScan* scan = MakeTopScan(output, query->returningList);
    scan->methods = GetCustomScanMethods(plan::kInsertScanName, false);
    scan->custom_private = plan::Encode(insert);
    scan->custom_exprs = plan::CustomExpressions(insert);
    return scan;
}

PlannedStmt* PlanRows(Query* query, const metadata::Table& table, const char* query_string,
                      int cursor_options, ParamListInfo bound_params) {
    if (WhyTailDoesNotFit(query))
        return PlanGeneralWrite(query, query_string, cursor_options, bound_params);
    EnsureOneColumn(query, table);

    plan::InsertPlan insert = MakeInsertPlan(query, table);
    if (IsSimpleRow(query)) {
        for (auto* entry : Each<TargetEntry>(query->targetList)) {
            auto* expr = reinterpret_cast<Node*>(entry->expr);
            insert.values = lappend(
                insert.values, IsA(expr, Const) ? expr : eval_const_expressions(nullptr, expr));
        }
        fix_opfuncids(reinterpret_cast<Node*>(insert.values));
        return MakeStatement(query, &MakeInsertScan(query, insert)->scan.plan);
    }
    const RangeTblEntry* source = SourceOf(query);
    if (CustomScan* scattered =
            source ? TryScatter(query, table, source, bound_params, &insert) : nullptr) {
        CustomScan* scan = MakeInsertScan(query, insert);
        scan->custom_plans = pg::MakeList(scattered);
        return MakeStatement(query, &scan->scan.plan);
    }
    // Rows of VALUES alone come from no table: there is nothing in long lists of them to look for.
    const auto plan_rows = ReadsValuesOnly(query) ? standard_planner : PlanQuery;
    PlannedStmt* statement =
        plan_rows(RowsQuery(query), query_string, cursor_options, bound_params);
    CustomScan* scan = MakeInsertScan(query, insert);
    scan->custom_plans = pg::MakeList(statement->planTree);
    statement->planTree = &scan->scan.plan;
    statement->commandType = CMD_INSERT;
    statement->hasReturning = query->returningList != NIL;
    statement->relationOids = list_append_unique_oid(statement->relationOids, table.relation);
    return statement;
}

}  // namespace

void NameConflictRows(Query* insert) {
    OnConflictExpr* conflict = insert->onConflict;
    if (!conflict || conflict->action != ONCONFLICT_UPDATE) return;
    const Oid relation = rt_fetch(insert->resultRelation, insert->rtable)->relid;
    const auto name = [&](Node* part) {
        return MapLevelVars(part, [&](const Var* var, Index levels_up) {
            const auto row = static_cast<int>(var->varno);
            if (var->varattno != 0 ||
                (row != insert->resultRelation && row != conflict->exclRelIndex))
                return static_cast<Node*>(copyObjectImpl(var));
            return reinterpret_cast<Node*>(MakeRow(relation, [&](AttrNumber attribute) {
                Oid type = InvalidOid;
                int32 typmod = -1;
                Oid collation = InvalidOid;
                get_atttypetypmodcoll(relation, attribute, &type, &typmod, &collation);
                return reinterpret_cast<Node*>(
                    makeVar(row, attribute, type, typmod, collation, levels_up));
            }));
        });
    };
    conflict->onConflictSet =
        reinterpret_cast<List*>(name(reinterpret_cast<Node*>(conflict->onConflictSet)));
    conflict->onConflictWhere = name(conflict->onConflictWhere);
}

const char* WhyConflictDoesNotFit(const Query* query) {
    const OnConflictExpr* conflict = query->onConflict;
    if (!conflict) return nullptr;
    Node* const parts[] = {reinterpret_cast<Node*>(conflict->arbiterElems), conflict->arbiterWhere,
                           reinterpret_cast<Node*>(conflict->onConflictSet),
                           conflict->onConflictWhere};
    for (Node* part : parts)
        if (const char* reason = WhyDoesNotFit(part, query)) return reason;
    return nullptr;
}

const char* WhyReturningDoesNotFit(const Query* query) {
    return WhyDoesNotFit(reinterpret_cast<Node*>(query->returningList), query);
}

const char* WhyNewRowsDoNotFit(const Query* query) {
    return WhyDoesNotFit(reinterpret_cast<Node*>(NewRowConditions(query)), query);
}

bool AssignsKeyOnConflict(const Query* query, const metadata::Table& table) {
    if (!query->onConflict || !table.IsHash()) return false;
    for (auto* entry : Each<TargetEntry>(query->onConflict->onConflictSet)) {
        if (entry->resjunk || entry->resno != table.distribution_column) continue;
        // The excluded row's key equals the row's: the conflict is on a unique index that includes
        // it.
        if (IsA(entry->expr, Var) && reinterpret_cast<Var*>(entry->expr)->varattno == entry->resno)
            continue;
        return true;
    }
    return false;
}

void EnsureOneColumn(Query* query, const metadata::Table& table) {
    if (query->targetList != NIL) return;
    AttrNumber attribute = table.IsHash() ? table.distribution_column : InvalidAttrNumber;
    const Relation relation = table_open(table.relation, NoLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    for (AttrNumber i = 1; attribute == InvalidAttrNumber && i <= descriptor->natts; i++)
        if (!TupleDescAttr(descriptor, i - 1)->attisdropped &&
            !TupleDescAttr(descriptor, i - 1)->attgenerated)
            attribute = i;
    if (attribute == InvalidAttrNumber)
        RefuseFeature("INSERT into a table without columns", nullptr);
    const Form_pg_attribute column = TupleDescAttr(descriptor, attribute - 1);
    query->targetList = pg::MakeList(
        makeTargetEntry(reinterpret_cast<Expr*>(makeNullConst(column->atttypid, column->atttypmod,
                                                              column->attcollation)),
                        attribute, pstrdup(NameStr(column->attname)), false));
    table_close(relation, NoLock);
}

Query* RowsQuery(const Query* query) {
    auto* rows = static_cast<Query*>(copyObjectImpl(query));
    rows->commandType = CMD_SELECT;
    rows->resultRelation = 0;
    rows->onConflict = nullptr;
    rows->returningList = NIL;
    rows->override = OVERRIDING_NOT_SET;
    AttrNumber number = 0;
    for (auto* entry : Each<TargetEntry>(rows->targetList)) entry->resno = ++number;
    // INSERT's source is no FROM entry to the deparser.
    if (RangeTblEntry* source = SourceOf(rows)) source->inFromCl = true;
    return rows;
}

Expr* ReturnedValue(Index varno, Oid relation, AttrNumber attribute) {
    const auto var_of = [&](AttrNumber number) {
        Oid type = InvalidOid;
        int32 typmod = -1;
        Oid collation = InvalidOid;
        get_atttypetypmodcoll(relation, number, &type, &typmod, &collation);
        return reinterpret_cast<Expr*>(
            makeVar(static_cast<int>(varno), number, type, typmod, collation, 0));
    };
    if (attribute != kWasThere) return var_of(attribute);
    const Oid types[] = {OIDOID, TIDOID};
    List* name = pg::MakeList(makeString(pstrdup("pgspan")), makeString(pstrdup("row_was_there")));
    return reinterpret_cast<Expr*>(makeFuncExpr(
        LookupFuncName(name, 2, types, false), BOOLOID,
        pg::MakeList(var_of(TableOidAttributeNumber), var_of(SelfItemPointerAttributeNumber)),
        InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

Query* MakePlainInsert(const Query* query, const List* attributes, const List* returned) {
    auto* insert = makeNode(Query);
    insert->commandType = CMD_INSERT;
    insert->canSetTag = true;
    auto* target =
        static_cast<RangeTblEntry*>(copyObjectImpl(rt_fetch(query->resultRelation, query->rtable)));
    insert->rtable = pg::MakeList(target);
    insert->resultRelation = 1;
    insert->jointree = makeFromExpr(NIL, nullptr);
    for (const int attribute : pg::EachInt(attributes)) {
        const auto number = static_cast<AttrNumber>(attribute);
        auto* value = reinterpret_cast<Node*>(ReturnedValue(1, target->relid, number));
        insert->targetList =
            lappend(insert->targetList,
                    makeTargetEntry(reinterpret_cast<Expr*>(makeNullConst(
                                        exprType(value), exprTypmod(value), exprCollation(value))),
                                    number, get_attname(target->relid, number, false), false));
    }
    for (const int attribute : pg::EachInt(returned))
        insert->returningList = lappend(
            insert->returningList,
            makeTargetEntry(ReturnedValue(1, target->relid, static_cast<AttrNumber>(attribute)),
                            static_cast<AttrNumber>(list_length(insert->returningList) + 1),
                            nullptr, false));
    return insert;
}

plan::InsertPlan MakeInsertPlan(const Query* query, const metadata::Table& table) {
    plan::InsertPlan insert = {};
    insert.relation = table.relation;
    insert.single_batch = query->onConflict && query->onConflict->action == ONCONFLICT_UPDATE;
    insert.skips_conflicts = query->onConflict && query->onConflict->action == ONCONFLICT_NOTHING;
    for (auto* entry : Each<TargetEntry>(query->targetList))
        insert.attributes = lappend_int(insert.attributes, entry->resno);
    MakeHeadAndTail(query, table, &insert);
    insert.returns_rows = query->returningList != NIL;
    for (auto* entry : Each<TargetEntry>(query->returningList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        insert.result_types = lappend_oid(insert.result_types, exprType(expr));
        insert.result_typmods = lappend_int(insert.result_typmods, exprTypmod(expr));
        insert.result_collations = lappend_oid(insert.result_collations, exprCollation(expr));
    }
    return insert;
}

PlannedStmt* PlanInsert(Query* query, const char* query_string, int cursor_options,
                        ParamListInfo bound_params) {
    const RangeTblEntry* target = rt_fetch(query->resultRelation, query->rtable);
    const metadata::Table* table = metadata::FindTable(target->relid);
    RangeTblEntry* source = SourceOf(query);
    if (!table) {
        // A local table that takes rows from distributed ones: PostgreSQL's own INSERT over a
        // SELECT of ours.
        FlattenJoinAliases(query);
        List* checked = NIL;
        ReplaceByRemoteRelations(query, &checked);
        PlannedStmt* statement =
            standard_planner(query, query_string, cursor_options, bound_params);
        AddCheckedRelations(statement, checked);
        return statement;
    }
    NameConflictRows(query);
    if (FiresTriggers(query) || AssignsKeyOnConflict(query, *table))
        return PlanGeneralWrite(query, query_string, cursor_options, bound_params);
    if (source) {
        FlattenJoinAliases(query);
        if (PlannedStmt* pushed = TryPushDown(query, *table, source)) return pushed;
    }
    return PlanRows(query, *table, query_string, cursor_options, bound_params);
}

}  // namespace pgspan::planner
