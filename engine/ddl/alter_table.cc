#include "engine/ddl/alter_table_rules.h"
#include "engine/ddl/alter_index.h"
#include "engine/ddl/change_while_local.h"
#include "engine/ddl/column_value.h"
#include "engine/ddl/container_constraint.h"
#include "engine/ddl/container_expression.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/index.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/publication.h"
#include "engine/ddl/partition_check.h"
#include "engine/ddl/same_columns.h"
#include "engine/ddl/table_definition.h"
#include "engine/ddl/trigger.h"
#include "engine/ddl/unnamed_constraint.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"

extern "C" {
#include "catalog/heap.h"
#include "catalog/pg_constraint.h"
#include "commands/tablecmds.h"
#include "utils/acl.h"
#include "utils/evtcache.h"
}

namespace pgspan::ddl {

namespace {

// A sub-command, and what had to be read from the shell before it ran.
struct Step {
    AlterTableCmd* command;
    Target target;
    char constraint_type;  // of kNamedConstraint
};

struct Steps {
    Step* items;
    int count;
    [[nodiscard]] const Step* begin() const { return items; }
    [[nodiscard]] const Step* end() const { return items + count; }
    [[nodiscard]] bool Has(AlterTableType subtype) const {
        for (const Step& step : *this)
            if (step.command->subtype == subtype) return true;
        return false;
    }
};

Steps PlanSteps(const metadata::Table& table, const AlterTableStmt& stmt) {
    Steps steps = {static_cast<Step*>(palloc0(sizeof(Step) * list_length(stmt.cmds))), 0};
    for (auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) {
        Step& step = steps.items[steps.count++];
        step.command = command;
        step.target = TargetOf(command->subtype);
        if (step.target != Target::kNamedConstraint) continue;
        const char* name =
            command->name ? command->name : castNode(Constraint, command->def)->conname;
        step.constraint_type = ConstraintType(table.relation, name);
        if (step.constraint_type == CONSTRAINT_TRIGGER)
            RefuseOn(table, "ALTER TABLE for the constraint of a trigger", "Use DROP TRIGGER.");
    }
    return steps;
}

bool IsOnShards(const Step& step) {
    return step.constraint_type == CONSTRAINT_FOREIGN ||
           step.constraint_type == CONSTRAINT_EXCLUSION;
}

// PostgreSQL validates a foreign key by a query, which on shells would run over the whole cluster
// to no purpose.
bool QueriesShell(const metadata::Table& table, const Steps& steps) {
    for (const Step& step : steps) {
        if (step.command->subtype == AT_ValidateConstraint &&
            step.constraint_type == CONSTRAINT_FOREIGN)
            return true;
        if (step.command->subtype == AT_AlterColumnType &&
            (!ConstraintsOf(table.relation, CONSTRAINT_FOREIGN).empty() ||
             heap_truncate_find_FKs(list_make1_oid(table.relation)) != NIL))
            return true;
    }
    return false;
}

// Event triggers run statements of their own, which must see distributed tables as they are.
void RefuseEventTriggers() {
    for (const EventTriggerEvent event :
         {EVT_DDLCommandStart, EVT_DDLCommandEnd, EVT_SQLDrop, EVT_TableRewrite})
        if (EventCacheLookup(event) != NIL)
            ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("changing or validating a foreign key of a distributed table is not "
                           "supported while there "
                           "are event triggers"),
                    errhint("Disable the event triggers for this statement."));
}

void SkipForeignKeyValidation(const AlterTableStmt& stmt) {
    for (auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) {
        if (command->subtype != AT_AddConstraint) continue;
        auto* constraint = castNode(Constraint, command->def);
        if (constraint->contype == CONSTR_FOREIGN) constraint->skip_validation = true;
    }
}

void RunOnShell(const Statement& statement, const metadata::Table& table, const Steps& steps,
                AlterTableStmt* stmt) {
    auto* tree = reinterpret_cast<Node*>(stmt);
    if (!table.IsHash()) {
        RunStandardWith(statement, tree);
        return;
    }
    SkipForeignKeyValidation(*stmt);
    if (!QueriesShell(table, steps)) {
        RunStandardWith(statement, tree);
        return;
    }
    RefuseEventTriggers();
    WithPlainShells([&] { RunStandardWith(statement, tree); });
}

void Alter(Oid relation, List* commands, const char* source) {
    auto* stmt = makeNode(AlterTableStmt);
    stmt->relation = RangeVarFor(relation);
    stmt->objtype = OBJECT_TABLE;
    stmt->cmds = commands;
    RunUtility(reinterpret_cast<Node*>(stmt), source);
}

bool BelongsToColumn(const Constraint& constraint) {
    return constraint.contype == CONSTR_NOTNULL || constraint.contype == CONSTR_NULL ||
           constraint.contype == CONSTR_DEFAULT || constraint.contype == CONSTR_GENERATED;
}

// The column alone: its check constraints and keys follow once PostgreSQL has named them on the
// shell.
void KeepColumn(const metadata::Table& table, ColumnDef* column) {
    List* kept = NIL;
    for (auto* constraint : pg::Each<Constraint>(column->constraints)) {
        if (!BelongsToColumn(*constraint)) continue;
        if (constraint->raw_expr) DropQualifiers(table, constraint->raw_expr);
        kept = lappend(kept, constraint);
    }
    column->constraints = kept;
}

// defaults: as StableDefaults gives them.
AlterTableCmd* ForContainer(const metadata::Table& table, const Step& step, List* defaults) {
    auto* command = CopyOf<AlterTableCmd>(step.command);
    switch (command->subtype) {
    case AT_AddColumn:
        KeepColumn(table, castNode(ColumnDef, command->def));
        ReplaceDefault(castNode(ColumnDef, command->def), defaults);
        break;
    case AT_ColumnDefault:
        // Rows reach the container with every value given; a default there is at most in the way.
        command->def = nullptr;
        break;
    case AT_AlterColumnType: {
        auto* column = castNode(ColumnDef, command->def);
        if (column->raw_default) DropQualifiers(table, column->raw_default);
        break;
    }
    case AT_DropConstraint:
        if (step.constraint_type != CONSTRAINT_CHECK)
            command->name = ContainerIndexName(command->name, table.table_id);
        command->missing_ok = true;
        break;
    default:
        break;
    }
    return command;
}

bool ConcernsContainer(const Step& step) {
    if (step.target == Target::kContainer || step.target == Target::kContainerAndShards)
        return true;
    return step.target == Target::kNamedConstraint && step.constraint_type != '\0' &&
           !IsOnShards(step);
}

void RunOnContainer(const metadata::Table& table, const Steps& steps, List* defaults,
                    const char* source) {
    List* commands = NIL;
    for (const Step& step : steps)
        if (ConcernsContainer(step))
            commands = lappend(commands, ForContainer(table, step, defaults));
    if (commands != NIL) Alter(table.container, commands, source);
}

// The rows that were there have their values; those to come arrive with theirs.
void DropAddedDefaults(const metadata::Table& table, const Steps& steps) {
    List* commands = NIL;
    for (const Step& step : steps) {
        if (step.command->subtype != AT_AddColumn) continue;
        const auto* column = castNode(ColumnDef, step.command->def);
        for (const auto* constraint : pg::Each<Constraint>(column->constraints)) {
            if (constraint->contype != CONSTR_DEFAULT) continue;
            auto* drop = makeNode(AlterTableCmd);
            drop->subtype = AT_ColumnDefault;
            drop->name = column->colname;
            commands = lappend(commands, drop);
        }
    }
    if (commands != NIL) Alter(table.container, commands, nullptr);
}

void RunOnShards(const metadata::Table& table, const Steps& steps, const char* source) {
    for (const LocalShard& shard : LocalShards(table)) {
        List* commands = NIL;
        for (const Step& step : steps)
            if (step.target == Target::kShards || step.target == Target::kContainerAndShards)
                commands = lappend(commands, CopyOf<AlterTableCmd>(step.command));
        if (commands == NIL) return;
        Alter(shard.relation, commands, source);
    }
}

void SetReplicaIdentity(const metadata::Table& table, AlterTableCmd* command) {
    const bool by_index =
        castNode(ReplicaIdentityStmt, command->def)->identity_type == REPLICA_IDENTITY_INDEX;
    for (const LocalShard& shard : LocalShards(table)) {
        if (by_index)
            RunDefinitions(ShardReplicaIdentity(table, shard.index));
        else
            Alter(shard.relation, list_make1(copyObject(command)), nullptr);
    }
}

// The new owner need not have rights on the schema of containers.
void ChangeOwner(const metadata::Table& table, const AlterTableCmd& command) {
    const Oid owner = get_rolespec_oid(command.newowner, false);
    const pg::UserSwitch caller = pg::BecomeExtensionOwner();
    ATExecChangeOwner(table.container, owner, false, AccessExclusiveLock);
    for (const LocalShard& shard : LocalShards(table))
        ATExecChangeOwner(shard.relation, owner, false, AccessExclusiveLock);
    pg::ReturnToUser(caller);
}

// ADD CONSTRAINT … USING INDEX: partitioned tables cannot, so the container builds the index of the
// key anew.
void DropReplacedIndexes(const metadata::Table& table, const Steps& steps) {
    if (!table.IsHash()) return;
    for (const Step& step : steps) {
        if (step.command->subtype != AT_AddConstraint) continue;
        const auto* constraint = castNode(Constraint, step.command->def);
        if (constraint->indexname) DropContainerIndex(table, constraint->indexname);
    }
}

// In the order that spares PostgreSQL work it would have to undo: foreign keys go first and come
// last.
void Mirror(const metadata::Table& table, const Steps& steps, List* defaults, const char* source) {
    if (table.IsHash()) {
        for (const Step& step : steps)
            if (step.target == Target::kNamedConstraint && IsOnShards(step) &&
                step.command->subtype == AT_DropConstraint)
                RunOnShardConstraints(table, *step.command);
        if (steps.Has(AT_AlterColumnType)) DropShardReferences(table.relation);
        RunOnContainer(table, steps, defaults, source);
        DropAddedDefaults(table, steps);
        RunOnShards(table, steps, source);
    }
    DropReplacedIndexes(table, steps);
    if (steps.Has(AT_AddConstraint) || steps.Has(AT_AddColumn)) MirrorMissingConstraints(table);
    if (!table.IsHash()) return;
    for (const Step& step : steps) {
        if (step.target == Target::kNamedConstraint && IsOnShards(step) &&
            step.command->subtype != AT_DropConstraint)
            RunOnShardConstraints(table, *step.command);
        if (step.target == Target::kReplicaIdentity) SetReplicaIdentity(table, step.command);
    }
    for (const Step& step : steps)
        if (step.target == Target::kOwner) ChangeOwner(table, *step.command);
    // A change of type makes foreign keys anew, with triggers that fire.
    if (steps.Has(AT_AlterColumnType)) {
        QuietForeignKeys(table.relation);
        MirrorReferences(table.relation);
    }
    RequireSameColumns(table);
}

bool ChangesTypes(const AlterTableStmt& stmt) {
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds))
        if (command->subtype == AT_AlterColumnType) return true;
    return false;
}

// Local tables with the distributed ones among their partitions and heirs.
void RunOnTree(const Statement& statement, const AlterTableStmt& stmt, Oid relation) {
    List* heirs = HeirsChangedBy(stmt, relation);
    if (ChangesTypes(stmt) && OidIsValid(relation))
        heirs = list_concat_unique_oid(heirs, TablesWithKeysKeptHere(relation));
    const List* defaults = DefaultPartitionsAround(stmt, relation);
    if (heirs != NIL) {
        AlterTableLookupRelation(CopyOf<AlterTableStmt>(&stmt), AlterTableGetLockLevel(stmt.cmds));
        RunOnHeirs(statement, heirs);
    } else {
        RunStandard(statement);
    }
    for (const Oid partition : pg::EachOid(defaults)) MirrorPartitionChecksOf(partition);
}

bool ChangesPartitions(const AlterTableStmt& stmt) {
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds))
        if (command->subtype == AT_AttachPartition || command->subtype == AT_DetachPartition)
            return true;
    return false;
}

// On a node that is being given its tables, a foreign key to a shell: its rows were checked where
// they are.
void RunForOrdinaryTable(const Statement& statement, const AlterTableStmt& stmt) {
    CheckAlterLocalTable(stmt);
    if (IsOrigin()) {
        const Oid relation = RangeVarGetRelid(stmt.relation, NoLock, true);
        List* tied = TablesTiedTo(relation);
        RunOnTree(statement, stmt, relation);
        CommandCounterIncrement();
        tied = list_concat_unique_oid(tied, TablesTiedTo(relation));
        for (const Oid table : pg::EachOid(tied)) NoteLocalParts(table);
        if (ChangesPartitions(stmt)) SendPublications(PublicationsOf(relation));
        return;
    }
    auto* copy = CopyOf<AlterTableStmt>(&stmt);
    for (auto* command : pg::Each<AlterTableCmd>(copy->cmds)) {
        if (command->subtype != AT_AddConstraint) continue;
        auto* constraint = castNode(Constraint, command->def);
        if (constraint->contype != CONSTR_FOREIGN) continue;
        const metadata::Table* referenced =
            metadata::FindTable(RangeVarGetRelid(constraint->pktable, NoLock, true));
        if (referenced && referenced->IsHash()) constraint->skip_validation = true;
    }
    RunStandardWith(statement, reinterpret_cast<Node*>(copy));
}

int ColumnCount(Oid relation) {
    const Relation opened = relation_open(relation, NoLock);
    const int count = RelationGetNumberOfAttributes(opened);
    relation_close(opened, NoLock);
    return count;
}

void AlterOnOrigin(const Statement& statement, const metadata::Table& table, AlterTableStmt* stmt) {
    const Steps steps = PlanSteps(table, *stmt);
    const ConstraintsBefore before = NoteConstraints(table.relation);
    const int columns_before = ColumnCount(table.relation);
    RunOnShell(statement, table, steps, stmt);
    List* defaults = StableDefaults(table, *stmt, columns_before);
    Mirror(table, steps, defaults, statement.source);
    BroadcastRequirements(table.relation);
    if (defaults != NIL) Broadcast(DefaultsAsSetting(defaults));
    Broadcast(statement.Text());
    if (defaults != NIL) Broadcast(DefaultsAsSetting(NIL));
    for (const auto* definition :
         pg::Each<char>(UnnamedConstraintDefinitions(table.relation, *stmt, before)))
        Broadcast(definition);
}

// The rows of a reference table get the origin's values; its default is set apart, for those to
// come.
void RunOnReplica(const Statement& statement, const metadata::Table& table, const Steps& steps,
                  AlterTableStmt* stmt, List* defaults) {
    List* own_defaults = NIL;
    for (const auto* command : pg::Each<AlterTableCmd>(stmt->cmds)) {
        if (command->subtype != AT_AddColumn) continue;
        auto* column = castNode(ColumnDef, command->def);
        Node* raw = ReplaceDefault(column, defaults);
        if (!raw) continue;
        auto* set_default = makeNode(AlterTableCmd);
        set_default->subtype = AT_ColumnDefault;
        set_default->name = column->colname;
        set_default->def = raw;
        own_defaults = lappend(own_defaults, set_default);
    }
    RunOnShell(statement, table, steps, stmt);
    if (own_defaults != NIL) Alter(table.relation, own_defaults, statement.source);
}

void AlterOnReceiver(const Statement& statement, const metadata::Table& table,
                     AlterTableStmt* stmt) {
    const Steps steps = PlanSteps(table, *stmt);
    List* defaults = ReceivedDefaults();
    if (table.IsReference())
        RunOnReplica(statement, table, steps, stmt, defaults);
    else
        RunOnShell(statement, table, steps, stmt);
    Mirror(table, steps, defaults, statement.source);
}

// Foreign keys that stand here alone.
bool ChangesKeysKeptHere(const metadata::Table& table, const AlterTableStmt& stmt) {
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) {
        if (command->subtype != AT_DropConstraint && command->subtype != AT_AlterConstraint)
            return false;
        const char* name =
            command->name ? command->name : castNode(Constraint, command->def)->conname;
        if (!IsKeptHere(table.relation, name)) return false;
    }
    return true;
}

void AlterDistributed(const Statement& statement, const metadata::Table& table,
                      AlterTableStmt* stmt) {
    const Oid relation = table.relation;
    List* tied = lappend_oid(TablesTiedTo(relation), relation);
    const List* heirs = HeirsChangedBy(*stmt, relation);
    if (ChangesKeysKeptHere(table, *stmt)) {
        RunStandard(statement);
    } else if (heirs != NIL || MustBeLocalFor(table, *stmt)) {
        // A change of type has PostgreSQL check the rows on both sides of a foreign key anew.
        List* others = ChangesTypes(*stmt) ? TablesWithKeysKeptHere(relation) : NIL;
        others = list_concat_unique_oid(others, heirs);
        WhileLocal(lcons_oid(relation, others), [&] { RunStandard(statement); });
    } else {
        CheckAlterTable(table, *stmt);
        AlterOnOrigin(statement, table, stmt);
        for (const auto* command : pg::Each<AlterTableCmd>(stmt->cmds))
            if (table.IsHash() && ConcernsAllTriggers(command->subtype))
                SetShardTriggers(table, command->subtype);
    }
    for (const Oid other : pg::EachOid(tied)) NoteLocalParts(other);
}

// On a receiving node: what concerns the coordinator's shell alone.
void StripShellCommands(AlterTableStmt* stmt) {
    List* kept = NIL;
    for (auto* command : pg::Each<AlterTableCmd>(stmt->cmds))
        if (TargetOf(command->subtype) != Target::kShell) kept = lappend(kept, command);
    stmt->cmds = kept;
}

}  // namespace

void HandleAlterTable(const Statement& statement) {
    auto* stmt = CopyOf<AlterTableStmt>(statement.planned->utilityStmt);
    const Oid relation = RangeVarGetRelid(stmt->relation, NoLock, true);
    if (stmt->objtype == OBJECT_TYPE) {
        AlterCompositeType(statement, relation);
        return;
    }
    if (const metadata::Table* owner = FindForIndex(relation, "ALTER INDEX")) {
        AlterIndex(statement, *owner, relation);
        return;
    }
    const metadata::Table* table = FindForDdl(relation, "ALTER TABLE");
    if (!table) {
        RunForOrdinaryTable(statement, *stmt);
        return;
    }
    if (!IsOrigin()) {
        StripUnnamedConstraints(stmt);
        StripShellCommands(stmt);
    }
    if (stmt->cmds == NIL) return;
    // Locks the shell, and checks that it is the user's, before anything is looked at.
    AlterTableLookupRelation(stmt, AlterTableGetLockLevel(stmt->cmds));
    if (IsOrigin()) {
        AlterDistributed(statement, *table, stmt);
        return;
    }
    CheckAlterTable(*table, *stmt);
    AlterOnReceiver(statement, *table, stmt);
}

}  // namespace pgspan::ddl
