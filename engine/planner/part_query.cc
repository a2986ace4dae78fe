#include "engine/planner/part_query.h"

#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/safety.h"
#include "engine/planner/scatter.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// One query level that is being built; `above` is the one in which it is a sub-query.
struct Builder {
    PartQuery* part;
    Query* query;
    List* items = NIL;  // of FROM
    List* quals = NIL;
    List* locals = NIL;
    List* remotes = NIL;
    const Builder* above = nullptr;
    int* columns_shipped;

    void Stand(Node* local, Node* remote) {
        locals = lappend(locals, local);
        remotes = lappend(remotes, remote);
    }
};

// What stands for an expression of the level: in this query, or in one above it.
Node* Find(const Builder* builder, const Node* local) {
    Index depth = 0;
    for (const Builder* b = builder; b; b = b->above, depth++) {
        int i = 0;
        for (auto* known : Each<Node>(b->locals)) {
            if (equal(known, local)) {
                auto* remote = static_cast<Node*>(copyObjectImpl(list_nth(b->remotes, i)));
                if (depth > 0) IncrementVarSublevelsUp(remote, static_cast<int>(depth), 0);
                return remote;
            }
            i++;
        }
    }
    return nullptr;
}

// nullptr if something in it has no counterpart.
Node* Map(const Builder* builder, Node* expression) {
    bool fits = true;
    Node* mapped = pg::MutateNode(expression, [&](Node* n, auto&& descend) -> Node* {
        if (Node* remote = Find(builder, n)) return remote;
        if (IsA(n, Var) || IsA(n, PlaceHolderVar)) {
            fits = false;
            return n;
        }
        return descend(n);
    });
    return fits ? mapped : nullptr;
}

int AddEntry(Builder* builder, RangeTblEntry* entry) {
    builder->query->rtable = lappend(builder->query->rtable, entry);
    const int index = list_length(builder->query->rtable);
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = index;
    builder->items = lappend(builder->items, reference);
    return index;
}

void AddQuals(Builder* builder, const List* quals) {
    for (auto* qual : Each<Node>(quals)) {
        Node* mapped = Map(builder, qual);
        if (!mapped) elog(ERROR, "a condition of a remote join has no counterpart there");
        builder->quals = lappend(builder->quals, mapped);
    }
}

void AddTable(Builder* builder, const RemotePart* part) {
    auto* entry = static_cast<RangeTblEntry*>(copyObjectImpl(part->entry));
    pg::CheckNothing(builder->query, entry);  // the statement's own entry is checked
    const int index = AddEntry(builder, entry);
    const Relation relation = table_open(entry->relid, NoLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    for (int i = 0; i < descriptor->natts; i++) {
        const Form_pg_attribute column = TupleDescAttr(descriptor, i);
        if (column->attisdropped) continue;
        const auto var = [&](int varno) {
            return reinterpret_cast<Node*>(makeVar(varno, column->attnum, column->atttypid,
                                                   column->atttypmod, column->attcollation, 0));
        };
        builder->Stand(var(static_cast<int>(part->relation->relid)), var(index));
    }
    table_close(relation, NoLock);
}

void AddQuery(Builder* builder, const RemotePart* part) {
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_SUBQUERY;
    entry->subquery = static_cast<Query*>(copyObjectImpl(part->query));
    entry->inFromCl = true;
    List* names = NIL;
    for (auto* column : Each<TargetEntry>(entry->subquery->targetList)) {
        if (column->resjunk) continue;
        column->resname = psprintf("c%d", column->resno);
        names = lappend(names, makeString(column->resname));
    }
    entry->alias = makeAlias("part", NIL);
    entry->eref = makeAlias("part", names);
    const int index = AddEntry(builder, entry);
    AttrNumber number = 0;
    for (auto* local : Each<Node>(part->columns)) {
        number++;
        builder->Stand(
            local, reinterpret_cast<Node*>(makeVar(index, number, exprType(local),
                                                   exprTypmod(local), exprCollation(local), 0)));
    }
}

Param* NextParameter(Builder* builder, Oid type, Oid collation) {
    auto* param = makeNode(Param);
    param->paramkind = PARAM_SUBLINK;  // as task_sql.cc marks its own
    param->paramid = ++*builder->columns_shipped;
    param->paramtype = type;
    param->paramtypmod = -1;
    param->paramcollid = collation;
    param->location = -1;
    return param;
}

// unnest($1, $2, …): a parameter for each column.
void AddShipment(Builder* builder, const RemotePart* part) {
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_FUNCTION;
    entry->inFromCl = true;
    List* names = NIL;
    List* vars = NIL;
    const int index = list_length(builder->query->rtable) + 1;
    for (auto* expr : Each<Node>(part->sent)) {
        const Oid type = exprType(expr);
        const Oid collation = exprCollation(expr);
        Param* param = NextParameter(builder, get_array_type(type), collation);
        auto* call = makeFuncExpr(F_UNNEST_ANYARRAY, type, pg::MakeList(param), collation,
                                  collation, COERCE_EXPLICIT_CALL);
        call->funcretset = true;
        auto* function = makeNode(RangeTblFunction);
        function->funcexpr = reinterpret_cast<Node*>(call);
        function->funccolcount = 1;
        entry->functions = lappend(entry->functions, function);
        names = lappend(names, makeString(psprintf("c%d", list_length(names) + 1)));
        vars = lappend(vars, makeVar(index, static_cast<AttrNumber>(list_length(names)), type, -1,
                                     collation, 0));
    }
    entry->alias = makeAlias("shipped", names);
    entry->eref = makeAlias("shipped", names);
    AddEntry(builder, entry);
    int i = 0;
    for (auto* expr : Each<Node>(part->sent))
        builder->Stand(expr, static_cast<Node*>(list_nth(vars, i++)));
    builder->part->shipments = lappend(builder->part->shipments, const_cast<RemotePart*>(part));
}

// pgspan.gather($1, …): a parameter for each argument.
void AddExchange(Builder* builder, const RemotePart* part) {
    List* arguments = NIL;
    for (const Oid type : pg::EachOid(GatherTypes()))
        arguments = lappend(arguments, NextParameter(builder, type, get_typcollation(type)));
    const int index = AddEntry(builder, MakeGatherEntry(arguments, part->sent, "exchanged"));
    AttrNumber number = 0;
    for (auto* expr : Each<Node>(part->sent)) {
        number++;
        builder->Stand(
            expr, reinterpret_cast<Node*>(makeVar(index, number, exprType(expr), exprTypmod(expr),
                                                  exprCollation(expr), 0)));
    }
    builder->part->shipments = lappend(builder->part->shipments, const_cast<RemotePart*>(part));
}

void Add(Builder* builder, const RemotePart* part);

// What is named above the join of its inner side.
void AddOuterEquals(Builder* builder, const Builder& inner, const RemotePart* part) {
    for (auto* local : Each<Node>(inner.locals)) {
        if (!IsA(local, Var)) continue;
        const Var* outer =
            OuterEqualOf(part->quals, reinterpret_cast<Var*>(local), part->left->relids);
        Node* remote = outer ? Find(builder, reinterpret_cast<const Node*>(outer)) : nullptr;
        if (remote) builder->Stand(local, remote);
    }
}

// left WHERE [NOT] EXISTS (SELECT FROM right WHERE conditions)
void AddExistence(Builder* builder, const RemotePart* part) {
    Add(builder, part->left);
    Builder inner = {builder->part, makeNode(Query)};
    inner.query->commandType = CMD_SELECT;
    inner.query->canSetTag = true;
    inner.above = builder;
    inner.columns_shipped = builder->columns_shipped;
    Add(&inner, part->right);
    AddQuals(&inner, part->quals);
    inner.query->jointree = makeFromExpr(inner.items, AllOf(inner.quals));
    auto* sublink = makeNode(SubLink);
    sublink->subLinkType = EXISTS_SUBLINK;
    sublink->subselect = reinterpret_cast<Node*>(inner.query);
    sublink->location = -1;
    builder->query->hasSubLinks = true;
    if (part->join_type == JOIN_SEMI) AddOuterEquals(builder, inner, part);
    auto* exists = reinterpret_cast<Expr*>(sublink);
    builder->quals = lappend(builder->quals, part->join_type == JOIN_ANTI
                                                 ? makeBoolExpr(NOT_EXPR, pg::MakeList(exists), -1)
                                                 : exists);
}

void Add(Builder* builder, const RemotePart* part) {
    check_stack_depth();
    switch (part->kind) {
    case RemotePart::Kind::kTable:
        AddTable(builder, part);
        return AddQuals(builder, part->quals);
    case RemotePart::Kind::kQuery:
        AddQuery(builder, part);
        return AddQuals(builder, part->quals);
    case RemotePart::Kind::kShipment:
        return AddShipment(builder, part);
    case RemotePart::Kind::kExchange:
        return AddExchange(builder, part);
    case RemotePart::Kind::kJoin:
        if (part->join_type != JOIN_INNER) return AddExistence(builder, part);
        Add(builder, part->left);
        Add(builder, part->right);
        return AddQuals(builder, part->quals);
    }
}

void Finish(Builder* builder) {
    PartQuery* part = builder->part;
    part->query = builder->query;
    part->locals = builder->locals;
    part->remotes = builder->remotes;
}

// A query that stands alone needs no level around it.
void UseQueryItself(PartQuery* result, const RemotePart* part) {
    result->query = static_cast<Query*>(copyObjectImpl(part->query));
    int i = 0;
    for (auto* entry : Each<TargetEntry>(result->query->targetList)) {
        if (entry->resjunk || i >= list_length(part->columns)) continue;
        result->locals = lappend(result->locals, list_nth(part->columns, i++));
        result->remotes = lappend(result->remotes, copyObjectImpl(entry->expr));
    }
    result->query->targetList = NIL;
}

bool IsPlainQuery(const Query* query) {
    return !query->distinctClause && !query->groupClause && !query->hasAggs && !query->havingQual &&
           !query->sortClause && !query->limitCount && !query->setOperations;
}

}  // namespace

List* ShipmentsOf(const RemotePart* part) {
    if (part->kind == RemotePart::Kind::kShipment || part->kind == RemotePart::Kind::kExchange)
        return pg::MakeList(const_cast<RemotePart*>(part));
    if (part->kind != RemotePart::Kind::kJoin) return NIL;
    return list_concat(ShipmentsOf(part->left), ShipmentsOf(part->right));
}

PartQuery MakePartQuery(PlannerInfo* root, const RemotePart* part) {
    PartQuery result;
    result.shape = part->shape;
    if (part->kind == RemotePart::Kind::kQuery && part->quals == NIL && IsPlainQuery(part->query)) {
        UseQueryItself(&result, part);
    } else {
        int columns_shipped = 0;
        Builder builder = {&result, makeNode(Query)};
        builder.columns_shipped = &columns_shipped;
        builder.query->commandType = CMD_SELECT;
        builder.query->canSetTag = true;
        Add(&builder, part);
        builder.query->jointree = makeFromExpr(builder.items, AllOf(builder.quals));
        Finish(&builder);
    }
    result.shape.keys = NIL;
    for (auto* key : Each<Node>(part->shape.keys))
        if (Node* mapped = ToPartQuery(root, result, key))
            result.shape.keys = lappend(result.shape.keys, mapped);
    return result;
}

Node* ToPartQuery(PlannerInfo* root, const PartQuery& part, Node* expression) {
    if (!CanRunRemotely(root, expression)) return nullptr;
    Builder builder = {};
    builder.locals = part.locals;
    builder.remotes = part.remotes;
    return Map(&builder, expression);
}

bool AddPartTargets(PlannerInfo* root, PartQuery* part, const List* expressions) {
    for (auto* expr : Each<Node>(expressions)) {
        Node* mapped = CanTravel(exprType(expr)) ? ToPartQuery(root, *part, expr) : nullptr;
        if (!mapped) return false;
        const auto number = static_cast<AttrNumber>(list_length(part->query->targetList) + 1);
        part->query->targetList = lappend(part->query->targetList,
                                          makeTargetEntry(reinterpret_cast<Expr*>(mapped), number,
                                                          psprintf("c%d", number), false));
    }
    return true;
}

}  // namespace pgspan::planner
