#include "engine/planner/insert_plan.h"

#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/placement/sql_template.h"
#include "engine/planner/attribute_var.h"
#include "engine/planner/insert_tail.h"
#include "engine/planner/task_sql.h"

extern "C" {
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

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
    PointConflictAtContainer(remote, table);
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

}  // namespace

Expr* ReturnedValue(Index varno, Oid relation, AttrNumber attribute) {
    const auto var_of = [&](AttrNumber number) {
        return reinterpret_cast<Expr*>(AttributeVar(relation, static_cast<int>(varno), number));
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
    pg::AddRelationEntry(insert, query, rt_fetch(query->resultRelation, query->rtable));
    const auto* target = linitial_node(RangeTblEntry, insert->rtable);
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

}  // namespace pgspan::planner
