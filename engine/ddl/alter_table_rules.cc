#include "engine/ddl/alter_table_rules.h"

#include "engine/ddl/column_value.h"
#include "engine/ddl/index.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/trigger.h"
#include "engine/metadata/heirs.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/heap.h"
}

namespace pgspan::ddl {

namespace {

struct Rule {
    AlterTableType subtype;
    Target target;
    const char* name;
};

constexpr Rule kRules[] = {
    {AT_AddColumn, Target::kContainer, "ADD COLUMN"},
    {AT_ColumnDefault, Target::kContainer, "ALTER COLUMN SET DEFAULT"},
    {AT_DropNotNull, Target::kContainer, "ALTER COLUMN DROP NOT NULL"},
    {AT_SetNotNull, Target::kContainer, "ALTER COLUMN SET NOT NULL"},
    {AT_DropExpression, Target::kContainer, "ALTER COLUMN DROP EXPRESSION"},
    {AT_SetStatistics, Target::kContainer, "ALTER COLUMN SET STATISTICS"},
    {AT_SetOptions, Target::kContainerAndShards, "ALTER COLUMN SET"},
    {AT_ResetOptions, Target::kContainerAndShards, "ALTER COLUMN RESET"},
    {AT_SetStorage, Target::kContainer, "ALTER COLUMN SET STORAGE"},
    {AT_SetCompression, Target::kContainerAndShards, "ALTER COLUMN SET COMPRESSION"},
    {AT_DropColumn, Target::kContainer, "DROP COLUMN"},
    {AT_AlterColumnType, Target::kContainer, "ALTER COLUMN TYPE"},
    {AT_AddConstraint, Target::kNewConstraint, "ADD CONSTRAINT"},
    {AT_AlterConstraint, Target::kNamedConstraint, "ALTER CONSTRAINT"},
    {AT_ValidateConstraint, Target::kNamedConstraint, "VALIDATE CONSTRAINT"},
    {AT_DropConstraint, Target::kNamedConstraint, "DROP CONSTRAINT"},
    {AT_ChangeOwner, Target::kOwner, "OWNER TO"},
    {AT_SetRelOptions, Target::kShards, "SET"},
    {AT_ResetRelOptions, Target::kShards, "RESET"},
    {AT_ReplicaIdentity, Target::kReplicaIdentity, "REPLICA IDENTITY"},
    {AT_AlterColumnGenericOptions, Target::kShell, "ALTER COLUMN OPTIONS"},
    {AT_ClusterOn, Target::kShell, "CLUSTER ON"},
    {AT_DropCluster, Target::kShell, "SET WITHOUT CLUSTER"},
    {AT_SetLogged, Target::kRefuse, "SET LOGGED"},
    {AT_SetUnLogged, Target::kRefuse, "SET UNLOGGED"},
    {AT_DropOids, Target::kShell, "SET WITHOUT OIDS"},
    {AT_SetAccessMethod, Target::kRefuse, "SET ACCESS METHOD"},
    {AT_SetTableSpace, Target::kRefuse, "SET TABLESPACE"},
    {AT_EnableTrig, Target::kShell, "ENABLE TRIGGER"},
    {AT_EnableAlwaysTrig, Target::kShell, "ENABLE ALWAYS TRIGGER"},
    {AT_EnableReplicaTrig, Target::kShell, "ENABLE REPLICA TRIGGER"},
    {AT_DisableTrig, Target::kShell, "DISABLE TRIGGER"},
    {AT_EnableTrigAll, Target::kShell, "ENABLE TRIGGER ALL"},
    {AT_DisableTrigAll, Target::kShell, "DISABLE TRIGGER ALL"},
    {AT_EnableTrigUser, Target::kShell, "ENABLE TRIGGER USER"},
    {AT_DisableTrigUser, Target::kShell, "DISABLE TRIGGER USER"},
    {AT_EnableRule, Target::kShell, "ENABLE RULE"},
    {AT_EnableAlwaysRule, Target::kShell, "ENABLE ALWAYS RULE"},
    {AT_EnableReplicaRule, Target::kShell, "ENABLE REPLICA RULE"},
    {AT_DisableRule, Target::kShell, "DISABLE RULE"},
    {AT_AddInherit, Target::kRefuse, "INHERIT"},
    {AT_DropInherit, Target::kRefuse, "NO INHERIT"},
    {AT_AddOf, Target::kShell, "OF"},
    {AT_DropOf, Target::kShell, "NOT OF"},
    {AT_EnableRowSecurity, Target::kContainerAndShards, "ENABLE ROW LEVEL SECURITY"},
    {AT_DisableRowSecurity, Target::kContainerAndShards, "DISABLE ROW LEVEL SECURITY"},
    {AT_ForceRowSecurity, Target::kShells, "FORCE ROW LEVEL SECURITY"},
    {AT_NoForceRowSecurity, Target::kShells, "NO FORCE ROW LEVEL SECURITY"},
    {AT_GenericOptions, Target::kShell, "OPTIONS"},
    {AT_AttachPartition, Target::kShell, "ATTACH PARTITION"},
    {AT_DetachPartition, Target::kShell, "DETACH PARTITION"},
    {AT_DetachPartitionFinalize, Target::kShell, "DETACH PARTITION FINALIZE"},
    {AT_AddIdentity, Target::kRefuse, "ALTER COLUMN ADD GENERATED AS IDENTITY"},
    {AT_SetIdentity, Target::kRefuse, "ALTER COLUMN SET GENERATED"},
    {AT_DropIdentity, Target::kRefuse, "ALTER COLUMN DROP IDENTITY"},
};

const Rule* FindRule(AlterTableType subtype) {
    for (const Rule& rule : kRules)
        if (rule.subtype == subtype) return &rule;
    return nullptr;
}

bool NextvalWalker(Node* node, void* context) {
    if (!node) return false;
    if (IsA(node, FuncCall)) {
        const auto* call = reinterpret_cast<FuncCall*>(node);
        if (strcmp(strVal(llast(call->funcname)), "nextval") == 0) return true;
    }
    return raw_expression_tree_walker(node, reinterpret_cast<bool (*)()>(NextvalWalker), context);
}

bool TableOidWalker(Node* node, void* context) {
    if (!node) return false;
    if (IsA(node, ColumnRef)) {
        auto* last = static_cast<Node*>(llast(reinterpret_cast<const ColumnRef*>(node)->fields));
        return IsA(last, String) && strcmp(strVal(last), "tableoid") == 0;
    }
    return raw_expression_tree_walker(node, reinterpret_cast<bool (*)()>(TableOidWalker), context);
}

// table.*, or the table's name where no column has it.
bool WholeRowWalker(Node* node, void* table) {
    if (!node) return false;
    if (IsA(node, ColumnRef)) {
        const List* fields = reinterpret_cast<const ColumnRef*>(node)->fields;
        auto* last = static_cast<Node*>(llast(fields));
        const Oid relation = static_cast<const metadata::Table*>(table)->relation;
        return IsA(last, A_Star) ||
               (list_length(fields) == 1 && strcmp(strVal(last), get_rel_name(relation)) == 0 &&
                get_attnum(relation, strVal(last)) == InvalidAttrNumber);
    }
    return raw_expression_tree_walker(node, reinterpret_cast<bool (*)()>(WholeRowWalker), table);
}

// They would be the shard's where the expression is evaluated.
void RefuseRowOfTable(const metadata::Table& table, Node* raw_expression, const char* construct) {
    if (!table.IsHash()) return;
    if (TableOidWalker(raw_expression, nullptr))
        RefuseOn(table, psprintf("%s with tableoid", construct), nullptr);
    if (WholeRowWalker(raw_expression, const_cast<metadata::Table*>(&table)))
        RefuseOn(table, psprintf("%s with whole rows", construct), nullptr);
}

constexpr const char* kSequenceHint =
    "Add the column without it, and give it values from the application.";

// Keys over columns that are neither there nor added are PostgreSQL's to refuse.
bool ColumnsExist(const metadata::Table& table, const List* names, const AlterTableStmt& stmt) {
    for (const auto* name : pg::Each<String>(names)) {
        bool exists = get_attnum(table.relation, name->sval) != InvalidAttrNumber;
        for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds))
            exists =
                exists || (command->subtype == AT_AddColumn &&
                           strcmp(castNode(ColumnDef, command->def)->colname, name->sval) == 0);
        if (!exists) return false;
    }
    return true;
}

void CheckNewColumnConstraint(const metadata::Table& table, const ColumnDef& column,
                              const Constraint& constraint) {
    switch (constraint.contype) {
    case CONSTR_IDENTITY:
        RefuseOn(table, "ADD COLUMN GENERATED AS IDENTITY", kSequenceHint);
    case CONSTR_DEFAULT:
        if (CallsNextval(constraint.raw_expr))
            RefuseOn(table, "ADD COLUMN DEFAULT nextval()", kSequenceHint);
        break;
    case CONSTR_FOREIGN:
        RefuseOn(table, "ADD COLUMN REFERENCES",
                 "Add the column first, then the foreign key with ALTER TABLE ... ADD CONSTRAINT.");
    case CONSTR_CHECK:
        RefuseRowOfTable(table, constraint.raw_expr, "CHECK");
        break;
    case CONSTR_GENERATED:
        RefuseRowOfTable(table, constraint.raw_expr, "a generated column");
        break;
    case CONSTR_PRIMARY:
    case CONSTR_UNIQUE:
        if (table.IsHash())
            CheckUniqueColumns(table, list_make1(makeString(column.colname)),
                               constraint.contype == CONSTR_PRIMARY ? "PRIMARY KEY constraint"
                                                                    : "UNIQUE constraint");
        break;
    default:
        break;
    }
}

void CheckNewColumn(const metadata::Table& table, const ColumnDef& column) {
    if (IsSerial(column.typeName)) RefuseOn(table, "ADD COLUMN of a serial type", kSequenceHint);
    for (const auto* constraint : pg::Each<Constraint>(column.constraints))
        CheckNewColumnConstraint(table, column, *constraint);
}

// A reference table cannot have all foreign keys.
void CheckReferencedTable(const metadata::Table& table, Oid referenced) {
    if (!OidIsValid(referenced) || referenced == table.relation || table.IsHash()) return;
    const metadata::Table* other = metadata::FindTable(referenced);
    if (!other)
        RefuseOn(table, "a foreign key to a local table",
                 "Make the referenced table a reference table with create_reference_table(), or "
                 "distribute it likewise.");
    if (other->IsHash())
        RefuseOn(table, "a foreign key to a distributed table",
                 "Make the referenced table a reference table.");
}

void CheckNewConstraint(const metadata::Table& table, const Constraint& constraint,
                        const AlterTableStmt& stmt) {
    switch (constraint.contype) {
    case CONSTR_PRIMARY:
    case CONSTR_UNIQUE:
        // A unique index that exists has the distribution column.
        if (!table.IsHash() || constraint.indexname) return;
        if (!ColumnsExist(table, constraint.keys, stmt)) return;
        CheckUniqueColumns(
            table, constraint.keys,
            constraint.contype == CONSTR_PRIMARY ? "PRIMARY KEY constraint" : "UNIQUE constraint");
        return;
    case CONSTR_FOREIGN:
        CheckReferencedTable(table, RangeVarGetRelid(constraint.pktable, NoLock, true));
        return;
    case CONSTR_EXCLUSION:
        RefuseOn(table, "ADD CONSTRAINT EXCLUDE", nullptr);
    case CONSTR_CHECK:
        RefuseRowOfTable(table, constraint.raw_expr, "CHECK");
        return;
    default:
        return;
    }
}

// Foreign keys that end at this reference table and begin at a distributed one are declared on
// empty shells, which a change of the type would query.
void CheckReferencedColumn(const metadata::Table& table) {
    if (!table.IsReference()) return;
    for (const Oid referencing :
         pg::EachOid(heap_truncate_find_FKs(list_make1_oid(table.relation)))) {
        const metadata::Table* other = metadata::FindTable(referencing);
        if (other && other->IsHash())
            RefuseOn(table, "ALTER COLUMN TYPE while a distributed table references the table",
                     "Drop the foreign keys, change the type, and add them again.");
    }
}

// A column that is there already, unless the statement drops it first, is not added.
bool IsThere(const metadata::Table& table, const AlterTableCmd& command,
             const AlterTableStmt& stmt) {
    if (command.subtype != AT_AddColumn) return false;
    const char* name = castNode(ColumnDef, command.def)->colname;
    if (get_attnum(table.relation, name) == InvalidAttrNumber) return false;
    for (const auto* other : pg::Each<AlterTableCmd>(stmt.cmds))
        if (other->subtype == AT_DropColumn && strcmp(other->name, name) == 0) return false;
    return true;
}

void CheckSubcommand(const metadata::Table& table, const AlterTableCmd& command,
                     const AlterTableStmt& stmt) {
    const Rule* rule = FindRule(command.subtype);
    if (!rule) elog(ERROR, "unrecognized alter table type: %d", static_cast<int>(command.subtype));
    const char* name = psprintf("ALTER TABLE ... %s", rule->name);
    if (rule->target == Target::kRefuse) RefuseOn(table, name, nullptr);
    if (ConcernsTriggers(command.subtype)) CheckTriggerCommand(table, command);
    switch (command.subtype) {
    case AT_AddColumn:
        if (!IsThere(table, command, stmt))
            CheckNewColumn(table, *castNode(ColumnDef, command.def));
        break;
    case AT_AddConstraint:
        CheckNewConstraint(table, *castNode(Constraint, command.def), stmt);
        break;
    case AT_ColumnDefault:
        if (CallsNextval(command.def))
            RefuseOn(table, "ALTER COLUMN SET DEFAULT nextval()", nullptr);
        break;
    case AT_AlterColumnType:
        CheckReferencedColumn(table);
        CheckTransform(table, command);
        break;
    default:
        break;
    }
}

void RefuseReference(const RangeVar* name) {
    const metadata::Table* table = FindForDdl(name, "ATTACH PARTITION");
    if (table && table->IsReference()) RefuseOn(*table, "ATTACH PARTITION", nullptr);
}

bool MovesPartition(AlterTableType subtype) {
    return subtype == AT_AttachPartition || subtype == AT_DetachPartition ||
           subtype == AT_DetachPartitionFinalize;
}

// What PostgreSQL does to the table alone.
bool ReachesHeirs(AlterTableType subtype) {
    switch (subtype) {
    case AT_ChangeOwner:
    case AT_SetRelOptions:
    case AT_ResetRelOptions:
    case AT_ReplicaIdentity:
    case AT_SetOptions:
    case AT_ResetOptions:
    case AT_SetTableSpace:
    case AT_SetLogged:
    case AT_SetUnLogged:
    case AT_SetAccessMethod:
    case AT_ClusterOn:
    case AT_DropCluster:
    case AT_EnableRule:
    case AT_EnableAlwaysRule:
    case AT_EnableReplicaRule:
    case AT_DisableRule:
    case AT_AddOf:
    case AT_DropOf:
    case AT_AddInherit:
    case AT_DropInherit:
    case AT_EnableRowSecurity:
    case AT_DisableRowSecurity:
    case AT_ForceRowSecurity:
    case AT_NoForceRowSecurity:
        return false;
    default:
        return true;
    }
}

void CheckNewParent(const RangeVar* name) {
    const metadata::Table* table = FindForDdl(name, "ALTER TABLE ... INHERIT");
    if (table && table->IsReference()) RefuseOn(*table, "INHERIT", nullptr);
}

}  // namespace

Target TargetOf(AlterTableType subtype) {
    const Rule* rule = FindRule(subtype);
    return rule ? rule->target : Target::kRefuse;
}

bool IsSerial(const TypeName* type) {
    if (!type || list_length(type->names) != 1 || type->pct_type) return false;
    const char* name = strVal(linitial(type->names));
    for (const char* serial :
         {"smallserial", "serial2", "serial", "serial4", "bigserial", "serial8"})
        if (strcmp(name, serial) == 0) return true;
    return false;
}

bool CallsNextval(Node* raw_expression) {
    return NextvalWalker(raw_expression, nullptr);
}

void CheckAlterTable(const metadata::Table& table, const AlterTableStmt& stmt) {
    // PostgreSQL refuses the statement as a whole.
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds))
        if (!command->missing_ok && IsThere(table, *command, stmt)) return;
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds))
        CheckSubcommand(table, *command, stmt);
}

void CheckAlterLocalTable(const AlterTableStmt& stmt) {
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) switch (command->subtype) {
        case AT_AddInherit:
            CheckNewParent(castNode(RangeVar, command->def));
            break;
        case AT_AttachPartition:
            RefuseReference(castNode(PartitionCmd, command->def)->name);
            break;
        default:
            break;
        }
}

List* HeirsChangedBy(const AlterTableStmt& stmt, Oid relation) {
    List* heirs = NIL;
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) {
        if (!MovesPartition(command->subtype)) {
            if (stmt.relation->inh && ReachesHeirs(command->subtype))
                heirs = list_concat_unique_oid(heirs, metadata::DistributedHeirs(relation));
            continue;
        }
        const auto* partition = castNode(PartitionCmd, command->def);
        const Oid moved = RangeVarGetRelid(partition->name, NoLock, true);
        List* changed = metadata::DistributedHeirs(moved);
        const metadata::Table* table = OidIsValid(moved) ? metadata::FindTable(moved) : nullptr;
        if (table && table->IsHash()) changed = lappend_oid(changed, moved);
        if (changed != NIL &&
            (partition->concurrent || command->subtype == AT_DetachPartitionFinalize))
            RefuseOn(*metadata::FindTable(linitial_oid(changed)), "DETACH PARTITION CONCURRENTLY",
                     "Leave CONCURRENTLY out.");
        heirs = list_concat_unique_oid(heirs, changed);
    }
    return heirs;
}

List* DefaultPartitionsAround(const AlterTableStmt& stmt, Oid relation) {
    List* partitions = NIL;
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) {
        if (!MovesPartition(command->subtype)) continue;
        const Oid partition = metadata::DefaultPartition(relation);
        const Oid moved =
            RangeVarGetRelid(castNode(PartitionCmd, command->def)->name, NoLock, true);
        if (OidIsValid(partition) && partition != moved)
            partitions = list_append_unique_oid(partitions, partition);
    }
    return partitions;
}

}  // namespace pgspan::ddl
