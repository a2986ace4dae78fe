#include "engine/ddl/utility_hook.h"

#include "engine/connection/connection.h"
#include "engine/ddl/column_value.h"
#include "engine/ddl/drop_watch.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/executor/shown_errors.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/node_session.h"
#include "engine/pg/entry.h"
#include "engine/plan/explained.h"
#include "engine/trigger/firing.h"

extern "C" {
#include "commands/extension.h"
#include "commands/prepare.h"
}

namespace pgspan::ddl {

namespace {

struct Route {
    NodeTag tag;
    void (*handle)(const Statement&);
    bool also_nested = false;       // inside CREATE SCHEMA too
    bool ends_transaction = false;  // settings do not outlive it
};

constexpr Route kRoutes[] = {
    {T_IndexStmt, HandleCreateIndex, false, true},
    {T_ReindexStmt, HandleReindex, false, true},
    {T_AlterTableStmt, HandleAlterTable},
    {T_RenameStmt, HandleRename},
    {T_AlterObjectSchemaStmt, HandleSetSchema},
    {T_DropStmt, HandleDrop},
    {T_DropOwnedStmt, HandleDropOwned},
    {T_TruncateStmt, HandleTruncate},
    {T_VacuumStmt, HandleVacuum, false, true},
    {T_LockStmt, HandleLock},
    {T_GrantStmt, HandleGrant, true},
    {T_ReassignOwnedStmt, HandleReassignOwned},
    {T_CommentStmt, HandleComment},
    {T_CopyStmt, HandleCopy},
    {T_CreateStmt, HandleCreateTable, true},
    {T_CreateForeignTableStmt, HandleCreateTable, true},
    {T_AlterEnumStmt, HandleAlterEnum},
    {T_AlterDomainStmt, HandleAlterDomain},
    {T_CreateFunctionStmt, HandleCreateFunction},
    {T_AlterFunctionStmt, HandleAlterFunction},
    {T_CreateCastStmt, HandleCreateCompanion},
    {T_CreateOpClassStmt, HandleCreateCompanion},
    {T_AlterOpFamilyStmt, HandleAlterObject},
    {T_AlterOperatorStmt, HandleAlterObject},
    {T_AlterTSDictionaryStmt, HandleAlterObject},
    {T_AlterTSConfigurationStmt, HandleAlterObject},
    {T_ConstraintsSetStmt, HandleSetConstraints},
    {T_CreateExtensionStmt, HandleCreateExtension},
    {T_AlterExtensionStmt, HandleAlterExtension},
    {T_CreateRoleStmt, HandleCreateRole},
    {T_AlterRoleStmt, HandleAlterRole},
    {T_GrantRoleStmt, HandleGrantRole},
    {T_DropRoleStmt, HandleDropRole},
    {T_ClusterStmt, HandleCluster, false, true},
    {T_CreateTrigStmt, HandleCreateTrigger, true},
    {T_RuleStmt, HandleCreateRule, true},
    {T_CreatePolicyStmt, HandleCreatePolicy},
    {T_AlterPolicyStmt, HandleAlterPolicy},
    {T_SecLabelStmt, HandleSecurityLabel},
    {T_CreatePublicationStmt, HandleCreatePublication},
    {T_AlterPublicationStmt, HandleAlterPublication},
    {T_AlterOwnerStmt, HandleAlterOwner},
    {T_TransactionStmt, HandleTwoPhase, false, true},
};

ProcessUtility_hook_type next_hook = nullptr;
int suspended = 0;

// BEGIN and its kin are PostgreSQL's, and frequent.
bool IsTransactionControl(const Node* tree) {
    if (!IsA(tree, TransactionStmt)) return false;
    const TransactionStmtKind kind = reinterpret_cast<const TransactionStmt*>(tree)->kind;
    return kind != TRANS_STMT_PREPARE && kind != TRANS_STMT_COMMIT_PREPARED &&
           kind != TRANS_STMT_ROLLBACK_PREPARED;
}

const Route* FindRoute(const Statement& statement) {
    const NodeTag tag = nodeTag(statement.planned->utilityStmt);
    if (IsTransactionControl(statement.planned->utilityStmt)) return nullptr;
    for (const Route& route : kRoutes)
        if (route.tag == tag)
            return statement.context == PROCESS_UTILITY_SUBCOMMAND && !route.also_nested ? nullptr
                                                                                         : &route;
    return nullptr;
}

// Statements of an extension's script, of this room itself, and of databases without the extension
// are PostgreSQL's.
bool IsOurs() {
    return suspended == 0 && !creating_extension && IsTransactionState() &&
           metadata::ExtensionIsReady();
}

void Handle(Statement& statement) {
    const Route* route = FindRoute(statement);
    if (!route || !IsOurs()) {
        RunStandard(statement);
        return;
    }
    statement.read_only_tree = true;
    if (IsOrigin() || route->ends_transaction) {
        route->handle(statement);
        return;
    }
    // The origin has already told its client what there was to tell.
    const int quiet = EnterQuiet();
    route->handle(statement);
    LeaveQuiet(quiet);
}

// The statement that EXECUTE runs, alone or inside EXPLAIN or CREATE TABLE AS.
const ExecuteStmt* ExecuteIn(const Node* tree) {
    if (IsA(tree, ExplainStmt) || IsA(tree, CreateTableAsStmt)) {
        const Node* inner = IsA(tree, ExplainStmt)
                                ? reinterpret_cast<const ExplainStmt*>(tree)->query
                                : reinterpret_cast<const CreateTableAsStmt*>(tree)->query;
        tree = IsA(inner, Query) ? reinterpret_cast<const Query*>(inner)->utilityStmt : inner;
    }
    return tree && IsA(tree, ExecuteStmt) ? reinterpret_cast<const ExecuteStmt*>(tree) : nullptr;
}

// What another node has prepared here is exempt from policies, and depends on its parameters: a
// user's function must not run it with others.
void RefuseExecuteOfTask(const Node* tree) {
    if (!metadata::IsInternalSession()) return;
    const ExecuteStmt* execute = ExecuteIn(tree);
    const PreparedStatement* prepared =
        execute ? FetchPreparedStatement(execute->name, false) : nullptr;
    if (prepared && !prepared->from_sql)
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("prepared statement \"%s\" belongs to another node", execute->name));
}

// Rows of shards are written or checked by it, in the transaction that it stands in.
bool ConcernsRows(const Node* tree) {
    switch (nodeTag(tree)) {
    case T_AlterTableStmt:
    case T_AlterDomainStmt:
    case T_ConstraintsSetStmt:
        return true;
    case T_IndexStmt:
        return !reinterpret_cast<const IndexStmt*>(tree)->concurrent;
    case T_CopyStmt:
        return metadata::IsInternalSession();
    default:
        return false;
    }
}

void HandleRows(Statement& statement) {
    executor::WithUsersNames(
        [&] { Handle(statement); },
        [&] {
            const Node* tree = statement.planned->utilityStmt;
            const RangeVar* copied =
                IsA(tree, CopyStmt) ? reinterpret_cast<const CopyStmt*>(tree)->relation : nullptr;
            return copied ? list_make1_oid(RangeVarGetRelid(copied, NoLock, true)) : NIL;
        });
}

void Hook(PlannedStmt* planned, const char* source, bool read_only_tree,
          ProcessUtilityContext context, ParamListInfo parameters, QueryEnvironment* environment,
          DestReceiver* receiver, QueryCompletion* completion) {
    pg::Entry([&] {
        trigger::SendPendingWrites();
        Statement statement = {planned,    source,      read_only_tree, context,
                               parameters, environment, receiver,       completion};
        RefuseExecuteOfTask(planned->utilityStmt);
        if (IsA(planned->utilityStmt, ExplainStmt))
            plan::Explained([&] { Handle(statement); });
        else if (ConcernsRows(planned->utilityStmt))
            HandleRows(statement);
        else
            Handle(statement);
    });
}

}  // namespace

char* Statement::Text() const {
    const char* start = source + std::max(planned->stmt_location, 0);
    const size_t length =
        planned->stmt_len > 0 ? static_cast<size_t>(planned->stmt_len) : strlen(start);
    return pnstrdup(start, length);
}

void RunStandard(const Statement& s) {
    const auto run = next_hook ? next_hook : standard_ProcessUtility;
    run(s.planned, s.source, s.read_only_tree, s.context, s.parameters, s.environment, s.receiver,
        s.completion);
}

void RunStandardWith(const Statement& statement, Node* tree) {
    Statement other = statement;
    auto* planned = static_cast<PlannedStmt*>(palloc(sizeof(PlannedStmt)));
    *planned = *statement.planned;
    planned->utilityStmt = tree;
    other.planned = planned;
    RunStandard(other);
}

void SuspendMirroring(int change) {
    suspended += change;
}

void Initialize() {
    next_hook = ProcessUtility_hook;
    ProcessUtility_hook = Hook;
    InitializeDropWatch();
    DefineColumnValueSetting();
}

}  // namespace pgspan::ddl
