#include "engine/ddl/partition_check.h"

#include "engine/ddl/definition_parts.h"
#include "engine/ddl/mirror.h"
#include "engine/metadata/heirs.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"

extern "C" {
#include "catalog/partition.h"
#include "nodes/nodeFuncs.h"
#include "utils/fmgroids.h"
#include "utils/partcache.h"
#include "utils/ruleutils.h"
#include "utils/typcache.h"
}

namespace pgspan::ddl {

namespace {

constexpr const char* kCheckName = "pgspan_partition";

const FuncExpr* HashCondition(const Node* condition) {
    if (!IsA(condition, FuncExpr)) return nullptr;
    const auto* call = reinterpret_cast<const FuncExpr*>(condition);
    return call->funcid == F_SATISFIES_HASH_PARTITION ? call : nullptr;
}

Relation PartitionedBy(const FuncExpr* hash_condition) {
    return relation_open(DatumGetObjectId(linitial_node(Const, hash_condition->args)->constvalue),
                         AccessShareLock);
}

// What PostgreSQL asks of the rows of a partition, and the tables above it: a List of conditions.
List* ConditionsOf(Oid relation) {
    if (!get_rel_relispartition(relation)) return NIL;
    const Relation partition = relation_open(relation, AccessShareLock);
    List* conditions = RelationGetPartitionQual(partition);
    relation_close(partition, NoLock);
    return conditions;
}

void CheckKeyTypes(Oid relation, const FuncExpr* hash_condition) {
    const Relation partitioned = PartitionedBy(hash_condition);
    const PartitionKey key = RelationGetPartitionKey(partitioned);
    for (int i = 0; i < key->partnatts; i++) {
        if (!HashDependsOnNode(key->parttypid[i])) continue;
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("a distributed table as a partition by the hash of type %s is not supported",
                       format_type_be(key->parttypid[i])),
                errdetail("Table \"%s\" is a partition of \"%s\". The values of the type hash by "
                          "object identifiers, which are different on every node.",
                          get_rel_name(relation), RelationGetRelationName(partitioned)),
                errhint("Distribute the rows of \"%s\" by create_distributed_table() instead of "
                        "partitioning it.",
                        RelationGetRelationName(partitioned)));
    }
    relation_close(partitioned, NoLock);
}

const char* AsSql(Oid relation, Node* expression) {
    return deparse_expression(expression, deparse_context_for(get_rel_name(relation), relation),
                              false, false);
}

// The hash of a value of the key, under the key's collation; NULL for NULL, as PostgreSQL's
// functions give it by themselves.
char* HashOf(Oid relation, const PartitionKey key, int number, Node* value) {
    const char* text = AsSql(relation, value);
    const Oid collation = key->partcollation[number];
    const char* hashed = OidIsValid(collation)
                             ? psprintf("(%s) COLLATE %s", text, generate_collation_name(collation))
                             : text;
    const Oid function = key->partsupfunc[number].fn_oid;
    const TypeCacheEntry* type =
        lookup_type_cache(key->parttypid[number], TYPECACHE_HASH_EXTENDED_PROC);
    // A type may hash by another's function, which takes it in no expression.
    const char* name =
        function == type->hash_extended_proc
            ? "pgspan.hash_of"
            : quote_qualified_identifier(get_namespace_name(get_func_namespace(function)),
                                         get_func_name(function));
    char* call =
        psprintf("%s(%s, " INT64_FORMAT ")", name, hashed, static_cast<int64>(HASH_PARTITION_SEED));
    return func_strict(function)
               ? call
               : psprintf("CASE WHEN (%s) IS DISTINCT FROM NULL THEN %s END", text, call);
}

// PostgreSQL's own function names the partitioned table, which other nodes do not have.
char* HashConditionAsSql(Oid relation, const FuncExpr* condition) {
    const Relation partitioned = PartitionedBy(condition);
    const PartitionKey key = RelationGetPartitionKey(partitioned);
    StringInfoData hashes;
    initStringInfo(&hashes);
    for (int i = 0; i < key->partnatts; i++)
        appendStringInfo(&hashes, "%s%s", i > 0 ? ", " : "",
                         HashOf(relation, key, i, list_nth_node(Node, condition->args, 3 + i)));
    relation_close(partitioned, NoLock);
    return psprintf("pgspan.remainder_of_hashes(%d, ARRAY[%s]::pg_catalog.int8[]) = %d",
                    DatumGetInt32(list_nth_node(Const, condition->args, 1)->constvalue),
                    hashes.data,
                    DatumGetInt32(list_nth_node(Const, condition->args, 2)->constvalue));
}

// As every node can check it; nullptr for a table that takes every row: no partition, or a default
// one without siblings.
const char* ConstraintAsSql(Oid relation) {
    StringInfoData constraint;
    initStringInfo(&constraint);
    for (auto* condition : pg::Each<Node>(ConditionsOf(relation))) {
        const FuncExpr* hash = HashCondition(condition);
        appendStringInfo(&constraint, "%s(%s)", constraint.len > 0 ? " AND " : "",
                         hash ? HashConditionAsSql(relation, hash) : AsSql(relation, condition));
    }
    return constraint.len > 0 ? constraint.data : nullptr;
}

bool AddFunction(Oid function, void* functions) {
    auto** list = static_cast<List**>(functions);
    *list = list_append_unique_oid(*list, function);
    return false;
}

}  // namespace

void CheckPartitionConstraint(Oid relation) {
    for (auto* condition : pg::Each<Node>(ConditionsOf(relation)))
        if (const FuncExpr* hash = HashCondition(condition)) CheckKeyTypes(relation, hash);
}

List* FunctionsOfPartitionConstraint(Oid relation) {
    List* functions = NIL;
    List* conditions = ConditionsOf(relation);
    for (auto* condition : pg::Each<Node>(conditions)) {
        const FuncExpr* hash = HashCondition(condition);
        if (!hash) continue;
        const Relation partitioned = PartitionedBy(hash);
        const PartitionKey key = RelationGetPartitionKey(partitioned);
        for (int i = 0; i < key->partnatts; i++)
            AddFunction(key->partsupfunc[i].fn_oid, &functions);
        relation_close(partitioned, NoLock);
    }
    pg::WalkNode(reinterpret_cast<Node*>(conditions), [&](Node* node, auto&& descend) {
        check_functions_in_node(node, AddFunction, &functions);
        return descend(node);
    });
    return functions;
}

List* PartitionCheck(const metadata::Table& table, bool validates) {
    if (!table.IsHash()) return NIL;
    const int settings = EnterCanonicalSettings();
    const char* container = metadata::QualifiedContainerName(table);
    List* definitions = AddDefinition(
        NIL, nullptr,
        psprintf("ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s", container, kCheckName));
    if (const char* constraint = ConstraintAsSql(table.relation))
        definitions =
            AddDefinition(definitions, nullptr,
                          psprintf("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s)%s", container,
                                   kCheckName, constraint, validates ? "" : " NOT VALID"));
    LeaveCanonicalSettings(settings);
    return definitions;
}

void MirrorPartitionCheck(const metadata::Table& table, bool validates) {
    List* definitions = PartitionCheck(table, validates);
    RunDefinitions(definitions);
    Broadcast(RemoteDefinitions(definitions));
}

void MirrorPartitionChecksOf(Oid relation) {
    if (!OidIsValid(relation)) return;
    CommandCounterIncrement();
    const metadata::Table* own = metadata::FindTable(relation);
    if (own && own->IsHash()) MirrorPartitionCheck(*own, true);
    for (const Oid heir : pg::EachOid(metadata::DistributedHeirs(relation)))
        MirrorPartitionCheck(*metadata::FindTable(heir), true);
}

}  // namespace pgspan::ddl
