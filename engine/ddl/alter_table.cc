#include "engine/ddl/alter_container.h"
#include "engine/ddl/alter_index.h"
#include "engine/ddl/change_while_local.h"
#include "engine/ddl/column_value.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/publication.h"
#include "engine/ddl/partition_check.h"
#include "engine/ddl/trigger.h"
#include "engine/ddl/unnamed_constraint.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/heap.h"
#include "catalog/pg_constraint.h"
#include "commands/tablecmds.h"
#include "utils/evtcache.h"
}

namespace pgspan::ddl {

namespace {

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
    AlterParts(table, steps, defaults, statement.source);
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
    if (own_defaults != NIL) AlterRelation(table.relation, own_defaults, statement.source);
}

void AlterOnReceiver(const Statement& statement, const metadata::Table& table,
                     AlterTableStmt* stmt) {
    const Steps steps = PlanSteps(table, *stmt);
    List* defaults = ReceivedDefaults();
    if (table.IsReference())
        RunOnReplica(statement, table, steps, stmt, defaults);
    else
        RunOnShell(statement, table, steps, stmt);
    AlterParts(table, steps, defaults, statement.source);
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
