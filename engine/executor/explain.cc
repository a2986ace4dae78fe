// EXPLAIN of the scans: what kind of tasks, how many, and one of them with its plan from the node
// where it runs (all of them with pgspan.explain_all_tasks). A task that writes is never run by
// EXPLAIN ANALYZE a second time: its plan is shown without measurements.
#include "engine/executor/insert_scan.h"
#include "engine/executor/late_errors.h"
#include "engine/executor/modify_scan.h"
#include "engine/executor/remote_explain.h"
#include "engine/executor/remote_scan.h"
#include "engine/executor/shipments.h"
#include "engine/executor/scans.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/walk.h"

extern "C" {
#include "optimizer/optimizer.h"
}

namespace pgspan::executor {

namespace {

bool explain_all_tasks = false;

bool IsBound(const Param* param, ParamListInfo list) {
    if (param->paramkind != PARAM_EXTERN || list == nullptr || param->paramid > list->numParams)
        return false;
    if (list->paramFetch == nullptr) return OidIsValid(list->params[param->paramid - 1].ptype);
    ParamExternData workspace;
    return OidIsValid(list->paramFetch(list, param->paramid, true, &workspace)->ptype);
}

// True if the expression can be evaluated without running anything of the statement.
bool IsKnown(Expr* expression, const EState* estate) {
    auto* node = reinterpret_cast<Node*>(expression);
    if (contain_volatile_functions(node)) return false;
    return !pg::WalkNode(node, [&](Node* n, auto&& descend) {
        if (IsA(n, SubPlan) || IsA(n, AlternativeSubPlan)) return true;
        if (IsA(n, Param)) return !IsBound(reinterpret_cast<Param*>(n), estate->es_param_list_info);
        return descend(n);
    });
}

// Evaluates the parameters that are known; the others are NULL if may_be_null. False if there are
// such and they may not.
bool EvaluateKnown(ParameterSet* set, CustomScanState* scan, bool may_be_null) {
    bool all = true;
    for (int i = 0; i < set->count; i++) {
        Parameter& p = set->parameters[i];
        const bool known = IsKnown(p.computation.expression, scan->ss.ps.state);
        p.is_null = true;
        // PostgreSQL's EXPLAIN evaluates nothing.
        p.may_fail_late = MayFailLate(p.computation.expression);
        if (known) EvaluateParameter(&p, scan->ss.ps.ps_ExprContext);
        all = all && known;
    }
    if (all || may_be_null) EncodeParameters(set);
    return all || may_be_null;
}

const char* NodeName(const Task& task) {
    if (!task.is_local) {
        const metadata::Node& node = metadata::PrimaryOf(task.group_id);
        return psprintf("%s:%d", node.host, node.port);
    }
    for (const metadata::Node& node : metadata::AllNodes())
        if (node.group_id == task.group_id && node.is_primary)
            return psprintf("%s:%d", node.host, node.port);
    return "this node";
}

void AddKind(const char* kind, int count, ExplainState* es) {
    ExplainPropertyText("Distributed Task Kind", kind, es);
    if (count >= 0) ExplainPropertyInteger("Tasks", nullptr, count, es);
}

// The deparser's line breaks and indentation, outside quotes, as single blanks.
void AddSql(const char* sql, ExplainState* es) {
    StringInfoData line;
    initStringInfo(&line);
    char quote = 0;
    for (const char* c = sql; *c != '\0'; c++) {
        if (quote != 0 ? *c == quote : (*c == '\'' || *c == '"')) quote = quote != 0 ? 0 : *c;
        const bool is_blank = quote == 0 && (*c == ' ' || *c == '\n');
        if (is_blank && (line.len == 0 || line.data[line.len - 1] == ' ')) continue;
        appendStringInfoChar(&line, is_blank ? ' ' : *c);
    }
    ExplainPropertyText("Remote SQL", line.data, es);
}

// Where the tasks depend on values that are not known yet.
void AddUnknown(const char* sql, ExplainState* es) {
    ExplainPropertyText("Node", "depends on parameters", es);
    if (es->verbose) AddSql(sql, es);
}

void AddTask(const Task& task, const ParameterSet& parameters, bool analyze, ExplainState* es) {
    ExplainOpenGroup("Task", nullptr, true, es);
    ExplainPropertyText("Node", NodeName(task), es);
    if (es->verbose) AddSql(task.sql, es);
    if (es->format == EXPLAIN_FORMAT_TEXT) es->indent++;
    AddRemotePlan(task, parameters, analyze, es);
    if (es->format == EXPLAIN_FORMAT_TEXT) es->indent--;
    ExplainCloseGroup("Task", nullptr, true, es);
}

void AddTasks(const TaskList& list, const ParameterSet& parameters, bool analyze,
              ExplainState* es) {
    ExplainOpenGroup("Task Plans", "Task Plans", false, es);
    for (int i = 0; i < (explain_all_tasks ? list.count : std::min(list.count, 1)); i++)
        AddTask(list.tasks[i], parameters, analyze, es);
    ExplainCloseGroup("Task Plans", "Task Plans", false, es);
}

const char* KindName(plan::TaskKind kind) {
    switch (kind) {
    case plan::TaskKind::kRouter:
        return "router";
    case plan::TaskKind::kFanOut:
        return "fan-out";
    case plan::TaskKind::kReference:
        return "reference write";
    }
    return "unknown";
}

}  // namespace

void ExplainRemoteScan(CustomScanState* node, List*, ExplainState* es) {
    auto* state = reinterpret_cast<RemoteScanState*>(node);
    const bool has_run = state->runs > 0;
    const bool known =
        has_run ||
        ((state->plan.shard_key == nullptr || IsKnown(state->plan.shard_key, node->ss.ps.state)) &&
         EvaluateKnown(&state->parameters, node, false));
    if (!known) {
        AddKind(KindName(state->plan.kind), state->plan.kind == plan::TaskKind::kRouter ? 1 : -1,
                es);
        return AddUnknown(state->plan.sql, es);
    }
    const TaskList tasks = TasksOf(state);
    if (!has_run) ExpectExchanged(state->plan, std::max(tasks.count, 1), &state->parameters);
    AddKind(KindName(state->plan.kind), tasks.count, es);
    AddTasks(tasks, state->parameters, es->analyze && has_run && !state->plan.modifies, es);
}

void ExplainInsertScan(CustomScanState* node, List*, ExplainState* es) {
    auto* state = reinterpret_cast<InsertScanState*>(node);
    if (node->custom_ps != NIL) {
        const bool exchanged = state->plan.gathered_types != NIL;
        AddKind(exchanged ? "insert of rows that nodes hand to each other"
                          : "insert of rows computed here",
                -1, es);
        if (es->verbose)
            AddSql(exchanged ? GatherSql(state->plan) : ManyRowsSql(state->plan, state->columns),
                   es);
        return;
    }
    const metadata::Table& table = RequireTable(state->plan.relation);
    bool key_is_known = true;
    for (int i = 0; i < list_length(state->plan.attributes); i++)
        if (table.IsHash() && list_nth_int(state->plan.attributes, i) == table.distribution_column)
            key_is_known =
                IsKnown(static_cast<Expr*>(list_nth(state->plan.values, i)), node->ss.ps.state);
    if (!state->has_run) {
        if (!key_is_known) {
            AddKind("insert", 1, es);
            return AddUnknown(OneRowSql(state->plan, state->columns), es);
        }
        // Values that are drawn at execution (nextval and the like) do not change the plan.
        EvaluateKnown(&state->parameters, node, true);
    }
    const TaskList tasks = OneRowTasks(state);
    AddKind("insert", tasks.count, es);
    AddTasks(tasks, state->parameters, false, es);
}

void ExplainModifyScan(CustomScanState* node, List*, ExplainState* es) {
    auto* scan = reinterpret_cast<CustomScan*>(node->ss.ps.plan);
    const plan::ModifyPlan plan = plan::DecodeModify(scan->custom_private, scan->custom_exprs);
    AddKind("write of rows chosen here", -1, es);
    ExplainPropertyText("Target", get_rel_name(plan.relation), es);
    if (!es->verbose) return;
    if (plan.set_attributes != NIL)
        AddSql(ChangeSql(plan, false, plan.returned_attributes, plan.returns_rows), es);
    if (plan.command == CMD_DELETE)
        AddSql(ChangeSql(plan, true, plan.returned_attributes, plan.returns_rows), es);
    if (plan.inserts)
        AddSql(ManyRowsSql(plan.insert, MakeInsertColumns(plan.relation, plan.insert.attributes)),
               es);
}

void DefineSettings() {
    DefineCustomBoolVariable("pgspan.explain_all_tasks",
                             "Shows the plans of all tasks in EXPLAIN, not of one.", nullptr,
                             &explain_all_tasks, false, PGC_USERSET, 0, nullptr, nullptr, nullptr);
}

}  // namespace pgspan::executor
