#include "engine/ddl/column_value.h"

#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "rewrite/rewriteHandler.h"
}

namespace pgspan::ddl {

namespace {

char* added_values = nullptr;  // SELECT 'name', 'value', …

A_Const* TextConstant(const char* text) {
    auto* constant = makeNode(A_Const);
    constant->location = -1;
    if (text) {
        constant->val.sval.type = T_String;
        constant->val.sval.sval = pstrdup(text);
    } else {
        constant->isnull = true;
    }
    return constant;
}

const char* TextOf(const A_Const* constant) {
    return constant->isnull ? nullptr : constant->val.sval.sval;
}

// The expression's value as text; nullptr for NULL.
char* Evaluate(Node* expression) {
    EState* const executor = CreateExecutorState();
    ExprState* const state = ExecPrepareExpr(reinterpret_cast<Expr*>(expression), executor);
    bool is_null = false;
    const Datum value =
        ExecEvalExprSwitchContext(state, GetPerTupleExprContext(executor), &is_null);
    char* text = nullptr;
    if (!is_null) {
        Oid output = InvalidOid;
        bool is_varlena = false;
        getTypeOutputInfo(exprType(expression), &output, &is_varlena);
        const int settings = EnterCanonicalSettings();
        text = OidOutputFunctionCall(output, value);
        LeaveCanonicalSettings(settings);
    }
    FreeExecutorState(executor);
    return text;
}

List* AppendDefault(List* values, const metadata::Table& table, Relation shell,
                    const ColumnDef& column) {
    const AttrNumber attribute = get_attnum(table.relation, column.colname);
    Node* expression = build_column_default(shell, attribute);
    if (!expression || TupleDescAttr(RelationGetDescr(shell), attribute - 1)->attgenerated)
        return values;
    if (contain_volatile_functions(expression)) {
        if (table.IsReference())
            RefuseOn(table, "ADD COLUMN with a volatile default",
                     "Add the column without default, set its values, then set the default.");
        return values;  // each row its own value, as in PostgreSQL
    }
    if (!contain_mutable_functions(expression)) return values;
    return lappend(lappend(values, TextConstant(column.colname)),
                   TextConstant(Evaluate(expression)));
}

// Functions that tell the time at which this node began the transaction or statement.
bool TellsTime(Node* expression) {
    return pg::WalkNode(expression, [](Node* node, auto&& descend) {
        if (IsA(node, SQLValueFunction))
            return reinterpret_cast<SQLValueFunction*>(node)->op <= SVFOP_LOCALTIMESTAMP_N;
        if (IsA(node, FuncExpr)) {
            const Oid function = reinterpret_cast<FuncExpr*>(node)->funcid;
            if (function == F_NOW || function == F_TRANSACTION_TIMESTAMP ||
                function == F_STATEMENT_TIMESTAMP)
                return true;
        }
        return descend(node);
    });
}

Node* TransformOn(Oid relation, Node* raw) {
    ParseState* const state = make_parsestate(nullptr);
    const Relation opened = relation_open(relation, NoLock);
    addNSItemToQuery(
        state, addRangeTableEntryForRelation(state, opened, AccessShareLock, nullptr, false, true),
        false, true, true);
    Node* expression = transformExpr(state, CopyOf<Node>(raw), EXPR_KIND_ALTER_COL_TRANSFORM);
    relation_close(opened, NoLock);
    free_parsestate(state);
    return expression;
}

}  // namespace

List* StableDefaults(const metadata::Table& table, const AlterTableStmt& stmt, int columns_before) {
    List* values = NIL;
    CommandCounterIncrement();
    const Relation shell = relation_open(table.relation, NoLock);
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) {
        if (command->subtype != AT_AddColumn) continue;
        const auto* column = castNode(ColumnDef, command->def);
        if (get_attnum(table.relation, column->colname) > columns_before)
            values = AppendDefault(values, table, shell, *column);
    }
    relation_close(shell, NoLock);
    return values;
}

List* ReceivedDefaults() {
    if (!added_values || added_values[0] == '\0') return NIL;
    List* values = NIL;
    const auto* select = castNode(SelectStmt, ParseUtility(added_values));
    for (const auto* target : pg::Each<ResTarget>(select->targetList))
        values = lappend(values, castNode(A_Const, target->val));
    return values;
}

char* DefaultsAsSetting(List* values) {
    StringInfoData select;
    initStringInfo(&select);
    for (const auto* constant : pg::Each<A_Const>(values)) {
        const char* text = TextOf(constant);
        appendStringInfo(&select, "%s%s", select.len > 0 ? ", " : "SELECT ",
                         text ? quote_literal_cstr(text) : "NULL");
    }
    return psprintf("SET LOCAL pgspan.added_values = %s", quote_literal_cstr(select.data));
}

Node* ReplaceDefault(ColumnDef* column, List* values) {
    for (int i = 0; i + 1 < list_length(values); i += 2) {
        if (strcmp(TextOf(list_nth_node(A_Const, values, i)), column->colname) != 0) continue;
        auto* value = reinterpret_cast<Node*>(list_nth_node(A_Const, values, i + 1));
        for (auto* constraint : pg::Each<Constraint>(column->constraints))
            if (constraint->contype == CONSTR_DEFAULT)
                return std::exchange(constraint->raw_expr, value);
        // The default is its domain's.
        auto* constraint = makeNode(Constraint);
        constraint->contype = CONSTR_DEFAULT;
        constraint->location = -1;
        constraint->raw_expr = value;
        column->constraints = lappend(column->constraints, constraint);
        return nullptr;
    }
    return nullptr;
}

void CheckTransform(const metadata::Table& table, const AlterTableCmd& command) {
    const auto* column = castNode(ColumnDef, command.def);
    if (!column->raw_default) return;
    Node* expression = TransformOn(table.relation, column->raw_default);
    if (TellsTime(expression))
        RefuseOn(table, "ALTER COLUMN TYPE ... USING with the current time",
                 "Use a literal in its place.");
    if (table.IsReference() && contain_volatile_functions(expression))
        RefuseOn(table, "ALTER COLUMN TYPE ... USING with a volatile function",
                 "Change the type first, then UPDATE the column.");
}

void DefineColumnValueSetting() {
    DefineCustomStringVariable("pgspan.added_values",
                               "Values of columns that another node is adding.", nullptr,
                               &added_values, "", PGC_USERSET, GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE,
                               nullptr, nullptr, nullptr);
}

}  // namespace pgspan::ddl
