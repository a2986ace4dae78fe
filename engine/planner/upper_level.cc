#include "engine/planner/upper_level.h"

#include "engine/pg/list.h"
#include "engine/planner/subquery.h"

extern "C" {
#include "optimizer/clauses.h"
#include "utils/typcache.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

struct Replacing {
    VarReplacement replace;
    void* context;
    Index depth;
};

// IS [NOT] NULL of a row made of columns: of every column that has not been dropped, as for a row
// that is read whole. The planner's own way looks at the places of dropped ones, too.
Node* TestFields(const NullTest* test) {
    const auto* row = reinterpret_cast<RowExpr*>(test->arg);
    const TupleDesc descriptor = lookup_rowtype_tupdesc(row->row_typeid, -1);
    List* tests = NIL;
    for (int i = 0; i < descriptor->natts; i++) {
        if (TupleDescAttr(descriptor, i)->attisdropped) continue;
        auto* field = makeNode(NullTest);
        field->arg = static_cast<Expr*>(list_nth(row->args, i));
        field->nulltesttype = test->nulltesttype;
        field->location = test->location;
        tests = lappend(tests, field);
    }
    ReleaseTupleDesc(descriptor);
    return reinterpret_cast<Node*>(make_ands_explicit(tests));
}

Node* ReplaceStep(Node* node, void* state) {
    if (!node) return nullptr;
    auto* replacing = static_cast<Replacing*>(state);
    if (IsA(node, Var)) {
        const auto* var = reinterpret_cast<Var*>(node);
        return var->varlevelsup == replacing->depth
                   ? replacing->replace(var, replacing->depth, replacing->context)
                   : static_cast<Node*>(copyObjectImpl(node));
    }
    const auto step = reinterpret_cast<Node* (*)()>(&ReplaceStep);
    if (IsA(node, Query)) {
        replacing->depth++;
        auto* result = query_tree_mutator(reinterpret_cast<Query*>(node), step, replacing,
                                          QTW_IGNORE_JOINALIASES);
        replacing->depth--;
        return reinterpret_cast<Node*>(result);
    }
    Node* result = expression_tree_mutator(node, step, replacing);
    if (IsA(node, NullTest) && IsA(reinterpret_cast<NullTest*>(node)->arg, Var)) {
        const auto* test = reinterpret_cast<NullTest*>(result);
        if (test->argisrow && IsA(test->arg, RowExpr)) return TestFields(test);
    }
    return result;
}

bool DeepenStep(Node* node, void* depth) {
    if (!node) return false;
    const auto step = reinterpret_cast<bool (*)()>(&DeepenStep);
    if (IsA(node, RangeTblEntry)) {
        auto* rte = reinterpret_cast<RangeTblEntry*>(node);
        if (rte->rtekind == RTE_CTE && rte->ctelevelsup >= *static_cast<Index*>(depth))
            rte->ctelevelsup++;
        return false;
    }
    if (IsA(node, Query)) {
        Index inner = *static_cast<Index*>(depth) + 1;
        return query_tree_walker(reinterpret_cast<Query*>(node), step, &inner,
                                 QTW_EXAMINE_RTES_BEFORE);
    }
    return expression_tree_walker(node, step, depth);
}

}  // namespace

Node* ReplaceLevelVars(Node* node, VarReplacement replace, void* context) {
    Replacing replacing = {replace, context, 0};
    return ReplaceStep(node, &replacing);
}

void ReplaceVarsOfLevel(Query* level, VarReplacement replace, void* context) {
    Replacing replacing = {replace, context, 0};
    query_tree_mutator(level, reinterpret_cast<Node* (*)()>(&ReplaceStep), &replacing,
                       QTW_IGNORE_JOINALIASES | QTW_DONT_COPY_QUERY);
}

RowExpr* MakeRow(Oid relation_id, RowField field, void* context) {
    const Relation relation = table_open(relation_id, NoLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    auto* row = makeNode(RowExpr);
    row->row_typeid = relation->rd_rel->reltype;
    row->row_format = COERCE_IMPLICIT_CAST;
    row->location = -1;
    for (AttrNumber i = 1; i <= descriptor->natts; i++)
        // Of a dropped column only the place is left.
        row->args =
            lappend(row->args, TupleDescAttr(descriptor, i - 1)->attisdropped
                                   ? reinterpret_cast<Node*>(makeNullConst(INT4OID, -1, InvalidOid))
                                   : field(i, context));
    table_close(relation, NoLock);
    return row;
}

void DeepenCteReferences(Query* query) {
    Index depth = 0;
    query_tree_walker(query, reinterpret_cast<bool (*)()>(&DeepenStep), &depth,
                      QTW_EXAMINE_RTES_BEFORE);
}

AttrNumber UpperLevel::Add(Expr* expression) {
    if (IsA(expression, Var))
        for (auto* entry : Each<TargetEntry>(below_->targetList))
            if (!entry->resjunk && equal(entry->expr, expression)) return entry->resno;
    return AddApart(expression);
}

AttrNumber UpperLevel::AddApart(Expr* expression) {
    // Columns stand before what is junk.
    AttrNumber number = 1;
    for (auto* entry : Each<TargetEntry>(below_->targetList))
        if (!entry->resjunk) number++;
    for (auto* entry : Each<TargetEntry>(below_->targetList))
        if (entry->resjunk) entry->resno++;
    TargetEntry* entry = makeTargetEntry(expression, number, psprintf("c%d", number), false);
    // The planner leaves out columns that nothing above names, unless something sorts by them.
    entry->ressortgroupref = static_cast<Index>(number);
    below_->targetList = list_insert_nth(below_->targetList, number - 1, entry);
    return number;
}

Var* UpperLevel::Column(AttrNumber column, Index levels_up) const {
    const auto* entry = static_cast<TargetEntry*>(list_nth(below_->targetList, column - 1));
    auto* expr = reinterpret_cast<Node*>(entry->expr);
    return makeVar(1, column, exprType(expr), exprTypmod(expr), exprCollation(expr), levels_up);
}

Node* UpperLevel::Map(Node* expression) {
    return MapLevelVars(expression, [this](const Var* var, Index levels_up) {
        auto* own = static_cast<Var*>(copyObjectImpl(var));
        own->varlevelsup = 0;
        return reinterpret_cast<Node*>(Column(Add(reinterpret_cast<Expr*>(own)), levels_up));
    });
}

Query* UpperLevel::Above(bool fenced) const {
    RangeTblEntry* entry = MakeSubqueryEntry(below_, "below");
    entry->security_barrier = fenced;
    return SelectOver(entry, NIL, nullptr);
}

}  // namespace pgspan::planner
