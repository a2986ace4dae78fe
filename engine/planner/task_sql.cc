#include "engine/planner/task_sql.h"

#include "engine/pg/deparse.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/assignments.h"
#include "engine/planner/row_security.h"
#include "engine/planner/safety.h"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

struct Rewriting {
    TaskSql task;
    Constants constants;
    bool names_index;
};

bool IsNullConstant(const Node* node) {
    return IsA(node, Const) && reinterpret_cast<const Const*>(node)->constisnull;
}

// The parameter's node for an expression that is evaluated here. Types that are not built in have
// other OIDs on other nodes, so they travel as text and are cast by name.
Node* ParameterFor(Rewriting* rewriting, Node* expression) {
    const Oid type = exprType(expression);
    const bool built_in = type < FirstNormalObjectId;
    int number = 0;
    int position = 0;
    for (auto* known : Each<Node>(rewriting->task.parameters)) {
        position++;
        // (A null constant holds the place of an array that is shipped.)
        if (equal(known, expression) && !IsNullConstant(known)) {
            number = position;
            break;
        }
    }
    if (number == 0) {
        rewriting->task.parameters = lappend(rewriting->task.parameters, expression);
        rewriting->task.parameter_types =
            lappend_oid(rewriting->task.parameter_types, built_in ? type : TEXTOID);
        number = list_length(rewriting->task.parameters);
    }
    auto* param = makeNode(Param);
    // Printed as $n like any parameter, but not taken for one of the user's when it is met again.
    param->paramkind = PARAM_SUBLINK;
    param->paramid = number;
    param->paramtype = built_in ? type : TEXTOID;
    param->paramtypmod = built_in ? exprTypmod(expression) : -1;
    param->paramcollid = built_in ? exprCollation(expression) : DEFAULT_COLLATION_OID;
    param->location = -1;
    if (built_in) return reinterpret_cast<Node*>(param);
    auto* cast = makeNode(CoerceViaIO);
    cast->arg = reinterpret_cast<Expr*>(param);
    cast->resulttype = type;
    cast->resultcollid = exprCollation(expression);
    cast->coerceformat = COERCE_EXPLICIT_CAST;
    cast->location = -1;
    return reinterpret_cast<Node*>(cast);
}

bool IsEquality(const OpExpr* op) {
    if (list_length(op->args) != 2) return false;
    const Oid left_type = exprType(static_cast<Node*>(linitial(op->args)));
    return op_hashjoinable(op->opno, left_type) || op_mergejoinable(op->opno, left_type);
}

bool IsColumn(Node* node) {
    while (IsA(node, RelabelType))
        node = reinterpret_cast<Node*>(reinterpret_cast<RelabelType*>(node)->arg);
    return IsA(node, Var);
}

bool IsPlainConstant(Node* node) {
    return IsA(node, Const) && !reinterpret_cast<Const*>(node)->constisnull &&
           reinterpret_cast<Const*>(node)->consttype != UNKNOWNOID;
}

Oid MarkerFunction() {
    static Oid oid = InvalidOid;
    if (!OidIsValid(oid) || !SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(oid))) {
        const Oid types[] = {INT4OID, TEXTOID, BOOLOID};
        List* name =
            pg::MakeList(makeString(pstrdup("pgspan")), makeString(pstrdup("task_shards")));
        oid = LookupFuncName(name, 3, types, false);
    }
    return oid;
}

Node* Rewrite(Rewriting* rewriting, Node* node);

Node* RewriteChildren(Rewriting* rewriting, Node* node) {
    const auto step = +[](Node* child, void* context) -> Node* {
        return Rewrite(static_cast<Rewriting*>(context), child);
    };
    if (IsA(node, Query))
        return reinterpret_cast<Node*>(
            query_tree_mutator(reinterpret_cast<Query*>(node), reinterpret_cast<Node* (*)()>(step),
                               rewriting, QTW_IGNORE_JOINALIASES | QTW_DONT_COPY_QUERY));
    return expression_tree_mutator(node, reinterpret_cast<Node* (*)()>(step), rewriting);
}

// An equality of a column and a constant: the constant becomes a parameter.
Node* RewriteEquality(Rewriting* rewriting, OpExpr* op) {
    if (list_length(op->args) != 2) return RewriteChildren(rewriting, reinterpret_cast<Node*>(op));
    auto* left = static_cast<Node*>(linitial(op->args));
    auto* right = static_cast<Node*>(lsecond(op->args));
    const bool constant_right = IsColumn(left) && IsPlainConstant(right);
    const bool constant_left = IsColumn(right) && IsPlainConstant(left);
    if (!(constant_left || constant_right) || !IsEquality(op))
        return RewriteChildren(rewriting, reinterpret_cast<Node*>(op));
    auto* copy = makeNode(OpExpr);
    memcpy(copy, op, sizeof(OpExpr));
    copy->args = constant_right ? pg::MakeList(left, ParameterFor(rewriting, right))
                                : pg::MakeList(ParameterFor(rewriting, left), right);
    return reinterpret_cast<Node*>(copy);
}

// The planner writes x COLLATE "C" as a relabelling, which the deparser takes for a cast.
Node* RestoreCollate(Rewriting* rewriting, RelabelType* relabel) {
    auto* argument = reinterpret_cast<Node*>(relabel->arg);
    Oid collation = exprCollation(argument);
    if (!OidIsValid(collation)) collation = get_typcollation(relabel->resulttype);
    if (!OidIsValid(relabel->resultcollid) || relabel->resultcollid == collation)
        return RewriteChildren(rewriting, reinterpret_cast<Node*>(relabel));
    auto* cast = makeRelabelType(relabel->arg, relabel->resulttype, relabel->resulttypmod,
                                 collation, relabel->relabelformat);
    auto* collate = makeNode(CollateExpr);
    collate->arg = reinterpret_cast<Expr*>(Rewrite(
        rewriting,
        exprType(argument) == relabel->resulttype ? argument : reinterpret_cast<Node*>(cast)));
    collate->collOid = relabel->resultcollid;
    collate->location = -1;
    return reinterpret_cast<Node*>(collate);
}

// A row that IS NOT NULL is no null either; a row that is spelled out is tested column by column.
bool MisleadsPruning(const NullTest* test) {
    return test->argisrow && test->nulltesttype == IS_NULL && !IsA(test->arg, RowExpr);
}

// PostgreSQL's pruning of partitions takes a row that IS NULL for a null, although a row of nulls
// is one, too, and lies in another shard. It does not look behind IS TRUE.
Node* HideFromPruning(Rewriting* rewriting, NullTest* test) {
    auto* hidden = makeNode(BooleanTest);
    hidden->arg =
        reinterpret_cast<Expr*>(RewriteChildren(rewriting, reinterpret_cast<Node*>(test)));
    hidden->booltesttype = IS_TRUE;
    hidden->location = -1;
    return reinterpret_cast<Node*>(hidden);
}

// What names an index has to stay like the index's own expressions.
Node* RewriteConflict(Rewriting* rewriting, const OnConflictExpr* conflict) {
    OnConflictExpr rest = *conflict;
    rest.arbiterElems = NIL;
    rest.arbiterWhere = nullptr;
    auto* copy = reinterpret_cast<OnConflictExpr*>(
        RewriteChildren(rewriting, reinterpret_cast<Node*>(&rest)));
    rewriting->names_index = true;
    copy->arbiterElems = reinterpret_cast<List*>(
        Rewrite(rewriting, reinterpret_cast<Node*>(conflict->arbiterElems)));
    copy->arbiterWhere = Rewrite(rewriting, conflict->arbiterWhere);
    rewriting->names_index = false;
    return reinterpret_cast<Node*>(copy);
}

Node* Rewrite(Rewriting* rewriting, Node* node) {
    if (!node) return nullptr;
    // Those of the executor stand in TABLESAMPLE, or are awaited (awaited_values.h).
    if (IsA(node, Param) && (reinterpret_cast<Param*>(node)->paramkind == PARAM_EXTERN ||
                             reinterpret_cast<Param*>(node)->paramkind == PARAM_EXEC))
        return ParameterFor(rewriting, node);
    if (NeedsEvaluationHere(node)) return ParameterFor(rewriting, node);
    if (IsA(node, RelabelType))
        return RestoreCollate(rewriting, reinterpret_cast<RelabelType*>(node));
    if (IsA(node, OnConflictExpr))
        return RewriteConflict(rewriting, reinterpret_cast<OnConflictExpr*>(node));
    if (IsA(node, NullTest) && MisleadsPruning(reinterpret_cast<NullTest*>(node)) &&
        !rewriting->names_index)
        return HideFromPruning(rewriting, reinterpret_cast<NullTest*>(node));
    if (rewriting->constants == Constants::kEqualities && IsA(node, OpExpr))
        return RewriteEquality(rewriting, reinterpret_cast<OpExpr*>(node));
    return RewriteChildren(rewriting, node);
}

// Constants that UPDATE assigns become parameters.
void RewriteAssignments(Rewriting* rewriting, Query* query) {
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        if (entry->resjunk) continue;
        if (IsPlainConstant(expr)) {
            entry->expr = reinterpret_cast<Expr*>(ParameterFor(rewriting, expr));
        } else if (IsA(expr, OpExpr)) {
            auto* op = reinterpret_cast<OpExpr*>(expr);
            ListCell* cell;
            foreach (cell, op->args)
                if (IsPlainConstant(static_cast<Node*>(lfirst(cell))))
                    lfirst(cell) = ParameterFor(rewriting, static_cast<Node*>(lfirst(cell)));
        }
    }
}

// What a rule has put into FROM (OLD) is none of its items to the deparser, until it is marked.
void MarkItemsOfFrom(const Query* query, Node* item) {
    if (IsA(item, RangeTblRef)) {
        const int rti = reinterpret_cast<RangeTblRef*>(item)->rtindex;
        if (rti != query->resultRelation) rt_fetch(rti, query->rtable)->inFromCl = true;
    } else if (IsA(item, JoinExpr)) {
        MarkItemsOfFrom(query, reinterpret_cast<JoinExpr*>(item)->larg);
        MarkItemsOfFrom(query, reinterpret_cast<JoinExpr*>(item)->rarg);
    } else {
        for (auto* part : Each<Node>(castNode(FromExpr, item)->fromlist))
            MarkItemsOfFrom(query, part);
    }
}

// Behind an updatable view there is the view's EXCLUDED too, and the name must stay the table's.
void RenameFormerExcluded(const Query* query) {
    if (!query->onConflict) return;
    int rti = 0;
    for (auto* rte : Each<RangeTblEntry>(query->rtable))
        if (++rti != query->onConflict->exclRelIndex && rti != query->resultRelation &&
            !rte->inFromCl && strcmp(rte->eref->aliasname, "excluded") == 0)
            rte->alias = makeAlias("former_excluded", NIL);
}

bool RefersToAny(const Query* query, const Node* item, const List* others) {
    if (!IsA(item, RangeTblRef)) return false;
    const RangeTblEntry* rte =
        rt_fetch(reinterpret_cast<const RangeTblRef*>(item)->rtindex, query->rtable);
    if (!rte->lateral) return false;
    Node* const parts[] = {reinterpret_cast<Node*>(rte->subquery),
                           reinterpret_cast<Node*>(rte->functions),
                           reinterpret_cast<Node*>(rte->values_lists)};
    Relids referred = nullptr;
    for (Node* part : parts)
        referred = bms_add_members(referred,
                                   pull_varnos_of_level(nullptr, part, part == parts[0] ? 1 : 0));
    for (const auto* other : Each<Node>(others))
        if (IsA(other, RangeTblRef) &&
            bms_is_member(reinterpret_cast<const RangeTblRef*>(other)->rtindex, referred))
            return true;
    return false;
}

// A rule puts its tables behind sub-queries that refer to them; in SQL they stand before.
void OrderItemsOfFrom(const Query* query, FromExpr* from) {
    List* first = NIL;
    List* last = NIL;
    int place = 0;
    for (auto* item : Each<Node>(from->fromlist)) {
        const List* behind = list_copy_tail(from->fromlist, ++place);
        if (RefersToAny(query, item, behind))
            last = lappend(last, item);
        else
            first = lappend(first, item);
    }
    if (last != NIL) from->fromlist = list_concat(first, last);
}

// Makes the text name what the tree means, where the rewriter has changed the tree.
void PrepareNames(Query* query) {
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [](Node* node, auto&& descend) {
            if (IsA(node, Var)) {
                // A column of NEW that is the old row's says still NEW.
                auto* var = reinterpret_cast<Var*>(node);
                var->varnosyn = static_cast<Index>(std::max(static_cast<int>(var->varno), 0));
                var->varattnosyn = var->varattno;
                return false;
            }
            if (!IsA(node, Query)) return descend(node);
            const auto* level = reinterpret_cast<Query*>(node);
            if (level->jointree) OrderItemsOfFrom(level, level->jointree);
            if (level->jointree && level->commandType != CMD_INSERT)
                MarkItemsOfFrom(level, reinterpret_cast<Node*>(level->jointree));
            RenameFormerExcluded(level);
            return descend(node);
        },
        QTW_IGNORE_JOINALIASES);
}

// Of the tables of a level only those of FROM and the one that is written stand in the text: where
// a SELECT makes the rows of an INSERT, the table that they are for stands beside FROM.
void NoteNamedTables(Rewriting* rewriting, const Query* level) {
    const auto note = [&](int varno) {
        const RangeTblEntry* rte = rt_fetch(varno, level->rtable);
        if (rte->rtekind != RTE_RELATION) return;
        const metadata::Table* table = metadata::FindTable(rte->relid);
        if (table && table->IsHash())
            rewriting->task.relations =
                list_append_unique_oid(rewriting->task.relations, rte->relid);
    };
    if (level->resultRelation > 0) note(level->resultRelation);
    pg::WalkNode(reinterpret_cast<Node*>(level->jointree), [&](Node* node, auto&& descend) {
        if (IsA(node, Query)) return false;
        if (IsA(node, RangeTblRef)) note(reinterpret_cast<RangeTblRef*>(node)->rtindex);
        return descend(node);
    });
}

// Shells become containers; every name that the text will use is forced by an alias.
void PointAtContainers(Rewriting* rewriting, Query* query) {
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (IsA(node, Query)) NoteNamedTables(rewriting, reinterpret_cast<Query*>(node));
            if (!IsA(node, RangeTblEntry)) return descend(node);
            auto* rte = reinterpret_cast<RangeTblEntry*>(node);
            if (rte->rtekind != RTE_RELATION) return false;
            const metadata::Table* table = metadata::FindTable(rte->relid);
            if (!table) return false;
            if (!rte->alias) rte->alias = makeAlias(rte->eref->aliasname, NIL);
            rte->inh = true;
            if (!table->IsHash()) return false;
            rte->relid = table->container;
            rte->relkind = RELKIND_PARTITIONED_TABLE;
            return false;
        },
        QTW_EXAMINE_RTES_BEFORE | QTW_IGNORE_JOINALIASES);
}

void AddMarker(const ShardSetMarker& marker_of) {
    Query* query = marker_of.level;
    const metadata::Table& table = *marker_of.table;
    const bool partial_aggregate = marker_of.partial_aggregate;
    List* arguments = pg::MakeList(
        reinterpret_cast<Node*>(
            makeConst(INT4OID, -1, InvalidOid, 4, Int32GetDatum(table.table_id), false, true)),
        reinterpret_cast<Node*>(makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
                                          CStringGetTextDatum(plan::kShardSetSlot), false, false)),
        makeBoolConst(partial_aggregate, false));
    auto* marker = makeFuncExpr(MarkerFunction(), BOOLOID, arguments, InvalidOid,
                                DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL);
    query->jointree->quals = make_and_qual(reinterpret_cast<Node*>(marker), query->jointree->quals);
}

}  // namespace

TaskSql MakeTaskSql(Query* query, Constants constants, const ShardSetMarker& marker,
                    const List* arrays) {
    Rewriting rewriting = {{}, constants, false};
    for (const Oid type : pg::EachOid(arrays)) {
        rewriting.task.parameters =
            lappend(rewriting.task.parameters, makeNullConst(type, -1, get_typcollation(type)));
        rewriting.task.parameter_types = lappend_oid(rewriting.task.parameter_types, type);
    }
    PrepareAssignments(query);
    if (constants == Constants::kEqualities && query->commandType == CMD_UPDATE)
        RewriteAssignments(&rewriting, query);
    RewriteChildren(&rewriting, reinterpret_cast<Node*>(query));
    // Behind an updatable view the target looks like an item of FROM, where it would be named
    // again.
    if (query->resultRelation > 0) rt_fetch(query->resultRelation, query->rtable)->inFromCl = false;
    // Only now, so that it is not taken for an expression to evaluate here.
    if (marker.level) AddMarker(marker);
    AddSecurityMarks(query);
    PrepareNames(query);
    PointAtContainers(&rewriting, query);
    // The target of a view that is updated comes from the view's FROM.
    if (query->resultRelation > 0) rt_fetch(query->resultRelation, query->rtable)->inFromCl = false;
    rewriting.task.sql = pg::DeparseQuery(query);
    return rewriting.task;
}

}  // namespace pgspan::planner
