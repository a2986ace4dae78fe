#include "engine/planner/row_security.h"

#include "engine/metadata/node_session.h"
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/outer_join.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/plan/task_planning.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/task_names.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/pg_collation.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "parser/parsetree.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// The functions
// -----------------------------------------------------------------------------------------------

struct KnownFunction {
    const char* name;
    std::span<const Oid> types;
    Oid oid;
};

constexpr Oid kRowTypes[] = {OIDOID, BOOLOID};
constexpr Oid kNewRowTypes[] = {INT4OID, TEXTOID, TEXTOID, BOOLOID};

constinit KnownFunction row_condition = {"row_condition", kRowTypes, InvalidOid};
constinit KnownFunction new_row_condition = {"new_row_condition", kNewRowTypes, InvalidOid};
constinit KnownFunction check_new_row = {"check_new_row", kNewRowTypes, InvalidOid};

Oid OidOf(KnownFunction* function) {
    if (!OidIsValid(function->oid) ||
        !SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(function->oid)))
        function->oid = LookupFuncName(
            pg::MakeList(makeString(pstrdup("pgspan")), makeString(pstrdup(function->name))),
            static_cast<int>(function->types.size()), function->types.data(), false);
    return function->oid;
}

FuncExpr* Call(KnownFunction* function, List* arguments) {
    return makeFuncExpr(OidOf(function), BOOLOID, arguments, InvalidOid, InvalidOid,
                        COERCE_EXPLICIT_CALL);
}

bool IsCall(Node* node, KnownFunction* function) {
    return node && IsA(node, FuncExpr) &&
           reinterpret_cast<FuncExpr*>(node)->funcid >= FirstNormalObjectId &&
           reinterpret_cast<FuncExpr*>(node)->funcid == OidOf(function);
}

Node* TextConst(const char* text) {
    return reinterpret_cast<Node*>(text ? makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
                                                    CStringGetTextDatum(text), false, false)
                                        : makeNullConst(TEXTOID, -1, DEFAULT_COLLATION_OID));
}

char* TextOf(Node* node) {
    const auto* constant = castNode(Const, node);
    return constant->constisnull ? nullptr : TextDatumGetCString(constant->constvalue);
}

List* OptionArguments(const WithCheckOption* option, Node* condition) {
    auto* kind = makeConst(INT4OID, -1, InvalidOid, sizeof(int32),
                           Int32GetDatum(static_cast<int32>(option->kind)), false, true);
    return pg::MakeList(reinterpret_cast<Node*>(kind), TextConst(option->relname),
                        TextConst(option->polname), condition);
}

// Marks
// ---------------------------------------------------------------------------------------------------

void AddToWhere(Query* query, FuncExpr* mark) {
    query->jointree->quals = make_and_qual(reinterpret_cast<Node*>(mark), query->jointree->quals);
}

// In front of all others, in their own order.
void MarkRowConditions(Query* query) {
    List* marks = NIL;
    Index varno = 0;
    for (auto* rte : Each<RangeTblEntry>(query->rtable)) {
        varno++;
        if (rte->rtekind == RTE_SUBQUERY && rte->security_barrier)
            AddToWhere(
                rte->subquery,
                Call(&row_condition,
                     pg::MakeList(reinterpret_cast<Node*>(makeNullConst(OIDOID, -1, InvalidOid)),
                                  makeBoolConst(true, false))));
        if (rte->rtekind != RTE_RELATION) continue;
        for (auto* condition : Each<Node>(rte->securityQuals)) {
            auto* table = makeVar(static_cast<int>(varno), TableOidAttributeNumber, OIDOID, -1,
                                  InvalidOid, 0);
            marks = lappend(marks, Call(&row_condition,
                                        pg::MakeList(reinterpret_cast<Node*>(table), condition)));
        }
        rte->securityQuals = NIL;
    }
    if (marks == NIL) return;
    marks = list_concat(marks, ConjunctsOf(query->jointree->quals));
    query->jointree->quals = AllOf(marks);
}

void MarkNewRowConditions(Query* query) {
    for (auto* option : Each<WithCheckOption>(query->withCheckOptions)) {
        if (!option->qual) continue;  // of a view without a condition
        const auto number = static_cast<AttrNumber>(list_length(query->returningList) + 1);
        auto* mark = Call(&new_row_condition, OptionArguments(option, option->qual));
        query->returningList = lappend(
            query->returningList,
            makeTargetEntry(reinterpret_cast<Expr*>(mark), number, pstrdup("condition"), false));
    }
    query->withCheckOptions = NIL;
}

// Every level of the query, the outermost first.
template <typename Visit>
void ForEachLevel(Query* query, Visit&& visit) {
    check_stack_depth();
    visit(query);
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (!IsA(node, Query) || node == reinterpret_cast<Node*>(query)) return descend(node);
            ForEachLevel(reinterpret_cast<Query*>(node), visit);
            return false;
        },
        QTW_IGNORE_JOINALIASES);
}

// A part of a distributed table, or a reference table.
bool IsClusterTable(Oid relation) {
    return get_rel_namespace(relation) == get_namespace_oid(metadata::kDataSchema, true) ||
           metadata::FindTable(relation) != nullptr;
}

RangeTblEntry* EntryOf(Query* query, Node* table) {
    const auto* var = castNode(Var, table);
    RangeTblEntry* rte = rt_fetch(var->varno, query->rtable);
    if (rte->rtekind != RTE_RELATION || var->varlevelsup != 0)
        elog(ERROR, "a row condition of a task names no table");
    return rte;
}

// Takes the marks out of WHERE; true if the level stands behind a security barrier.
bool TakeRowConditions(Query* query) {
    if (!query->jointree || !query->jointree->quals) return false;
    bool is_barrier = false;
    List* kept = NIL;
    for (auto* clause : Each<Node>(ConjunctsOf(query->jointree->quals))) {
        if (!IsCall(clause, &row_condition)) {
            kept = lappend(kept, clause);
            continue;
        }
        List* arguments = reinterpret_cast<FuncExpr*>(clause)->args;
        auto* table = static_cast<Node*>(linitial(arguments));
        if (IsA(table, Const)) {
            is_barrier = true;
            continue;
        }
        RangeTblEntry* rte = EntryOf(query, table);
        auto* condition = pg::BelowJoins(static_cast<Node*>(lsecond(arguments)), query);
        rte->securityQuals = lappend(rte->securityQuals, condition);
    }
    query->jointree->quals = AllOf(kept);
    return is_barrier;
}

WithCheckOption* OptionOf(Node* call) {
    List* arguments = reinterpret_cast<FuncExpr*>(call)->args;
    auto* option = makeNode(WithCheckOption);
    option->kind =
        static_cast<WCOKind>(DatumGetInt32(castNode(Const, linitial(arguments))->constvalue));
    option->relname = TextOf(static_cast<Node*>(lsecond(arguments)));
    option->polname = TextOf(static_cast<Node*>(lthird(arguments)));
    option->qual = static_cast<Node*>(lfourth(arguments));
    return option;
}

void TakeNewRowConditions(Query* query) {
    List* kept = NIL;
    for (auto* entry : Each<TargetEntry>(query->returningList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        if (IsCall(expr, &new_row_condition))
            query->withCheckOptions = lappend(query->withCheckOptions, OptionOf(expr));
        else
            kept = lappend(kept, entry);
    }
    query->returningList = kept;
}

// What this node's rewriter and parser have added for the tables of the cluster; true if the level
// has some.
bool DropOwnSecurity(Query* level) {
    bool of_cluster = false;
    for (auto* rte : Each<RangeTblEntry>(level->rtable)) {
        if (rte->rtekind != RTE_RELATION || !IsClusterTable(rte->relid)) continue;
        of_cluster = true;
        rte->securityQuals = NIL;
        pg::CheckNoRights(level, rte);
    }
    if (level->resultRelation > 0 &&
        IsClusterTable(rt_fetch(level->resultRelation, level->rtable)->relid))
        level->withCheckOptions = NIL;
    return of_cluster;
}

// What the node was sent is planned by that very text, or, inside EXPLAIN, by the text of the
// portal that runs it; what functions run has texts and portals (with names) of its own.
bool IsTextOfTopPortal(const char* query_string) {
    return ActivePortal && ActivePortal->name[0] == '\0' &&
           query_string == ActivePortal->sourceText;
}

}  // namespace

void AddSecurityMarks(Query* query) {
    ForEachLevel(query, [](Query* level) {
        MarkRowConditions(level);
        MarkNewRowConditions(level);
    });
}

List* NewRowConditions(const Query* query) {
    List* conditions = NIL;
    for (auto* option : Each<WithCheckOption>(query->withCheckOptions))
        conditions = lappend(conditions, option->qual);
    return conditions;
}

Expr* MakeNewRowCheck(const WithCheckOption* option, Node* condition) {
    return reinterpret_cast<Expr*>(Call(&check_new_row, OptionArguments(option, condition)));
}

bool IsTrustedTask(const char* query_string) {
    if (!query_string) return false;
    if (query_string == plan::task_text) return true;
    return metadata::IsInternalSession() &&
           (query_string == debug_query_string || IsTextOfTopPortal(query_string));
}

void TakeSecurityMarks(Query* query) {
    bool of_cluster = false;
    ForEachLevel(query, [&](Query* level) { of_cluster = DropOwnSecurity(level) || of_cluster; });
    if (!of_cluster) return;
    CheckTaskNames(query);
    ForEachLevel(query, [](Query* level) {
        for (auto* rte : Each<RangeTblEntry>(level->rtable))
            if (rte->rtekind == RTE_SUBQUERY && TakeRowConditions(rte->subquery))
                rte->security_barrier = true;
        TakeRowConditions(level);
        TakeNewRowConditions(level);
    });
}

void RefuseUnprovenTask(const Query* query) {
    for (auto* rte : Each<RangeTblEntry>(query->rtable))
        if (rte->rtekind == RTE_RELATION && rte->securityQuals && IsClusterTable(rte->relid) &&
            !metadata::FindTable(rte->relid))
            ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("the session has not proven to be opened by a node of this cluster"),
                    errhint("Query the distributed table instead of its parts."));
}

}  // namespace pgspan::planner

using namespace pgspan;

// Consumed by TakeSecurityMarks.
[[noreturn]] static void RaiseNotConsumed(const char* function) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("pgspan.%s cannot be executed", function),
            errhint("It stands in tasks that one node sends to another."));
    pg_unreachable();
}

PGSPAN_FUNCTION(pgspan_row_condition) {
    RaiseNotConsumed("row_condition");
    PG_RETURN_NULL();
}

PGSPAN_FUNCTION(pgspan_new_row_condition) {
    RaiseNotConsumed("new_row_condition");
    PG_RETURN_NULL();
}
