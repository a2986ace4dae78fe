#include "engine/cluster/table_checks.h"

#include "engine/ddl/foreign_key.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/partition_check.h"
#include "engine/ddl/table_definition.h"
#include "engine/ddl/trigger.h"
#include "engine/metadata/heirs.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"
#include "engine/pg/relation.h"

extern "C" {
#include "access/hash.h"
#include "access/sysattr.h"
#include "catalog/catalog.h"
#include "catalog/dependency.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"
#include "optimizer/optimizer.h"
}

namespace pgspan::cluster {

namespace {

[[noreturn]] void Refuse(const char* verb, const char* table, const char* reason,
                         const char* hint) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("cannot %s table \"%s\"", verb, table), errdetail("%s", reason),
            hint ? errhint("%s", hint) : 0);
    pg_unreachable();
}

const char* KindReason(char kind) {
    switch (kind) {
    case RELKIND_PARTITIONED_TABLE:
        return "It is a partitioned table.";
    case RELKIND_VIEW:
        return "It is a view.";
    case RELKIND_MATVIEW:
        return "It is a materialized view.";
    case RELKIND_FOREIGN_TABLE:
        return "It is a foreign table.";
    case RELKIND_SEQUENCE:
        return "It is a sequence.";
    default:
        return "It is not an ordinary table.";
    }
}

void CheckKind(const Relation table, const char* verb) {
    const Oid relation = RelationGetRelid(table);
    const char* name = RelationGetRelationName(table);
    const Form_pg_class form = table->rd_rel;
    if (form->relkind != RELKIND_RELATION) Refuse(verb, name, KindReason(form->relkind), nullptr);
    if (form->relpersistence == RELPERSISTENCE_TEMP)
        Refuse(verb, name, "It is a temporary table.", "Use an ordinary or an unlogged table.");
    if (relation < FirstNormalObjectId || IsToastRelation(table))  // information_schema's too
        Refuse(verb, name, "It is a system table.", nullptr);
    if (OidIsValid(getExtensionOfObject(RelationRelationId, relation)))
        Refuse(verb, name, "It belongs to an extension.", nullptr);
}

void CheckParts(const Relation table, const char* verb) {
    const Oid relation = RelationGetRelid(table);
    const char* name = RelationGetRelationName(table);
    if (pg::QueryTextAsOwner(
            psprintf("SELECT 1 FROM pg_catalog.pg_rewrite WHERE ev_class = %u LIMIT 1", relation)))
        Refuse(verb, name, "It has rules.",
               "Rules on distributed tables are not supported; drop them.");
}

void CheckIndex(Oid relation, Oid index_oid, AttrNumber distribution_column) {
    const Relation index = index_open(index_oid, AccessShareLock);
    const Form_pg_index form = index->rd_index;
    const bool excludes = form->indisexclusion;
    if (form->indisunique || excludes) {
        Oid* operators = nullptr;
        Oid* procedures = nullptr;
        uint16* strategies = nullptr;
        if (excludes) RelationGetExclusionInfo(index, &operators, &procedures, &strategies);
        bool included = false;
        for (int i = 0; i < form->indnkeyatts; i++) {
            if (form->indkey.values[i] != distribution_column) continue;
            included = included || !excludes ||
                       op_hashjoinable(operators[i], get_atttype(relation, distribution_column));
        }
        if (!included)
            ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot distribute table \"%s\"", get_rel_name(relation)),
                    errdetail("%s \"%s\" does not include the distribution column \"%s\"%s.",
                              form->indisprimary ? "Primary key"
                              : excludes         ? "Exclusion constraint"
                                                 : "Unique index",
                              get_rel_name(index_oid),
                              get_attname(relation, distribution_column, false),
                              excludes ? " with the equality operator" : ""),
                    errhint("Add the distribution column to it, or drop it."));
    }
    index_close(index, AccessShareLock);
}

// What an expression over one table, as the catalogs store it, reads that is the shard's where it
// is evaluated; nullptr for none.
const char* ReadsOfShard(const char* expression) {
    Bitmapset* columns = nullptr;
    pull_varattnos(static_cast<Node*>(stringToNode(expression)), 1, &columns);
    if (bms_is_member(TableOidAttributeNumber - FirstLowInvalidHeapAttributeNumber, columns))
        return "tableoid";
    return bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns) ? "whole rows" : nullptr;
}

}  // namespace

void CheckTree(Oid relation) {
    for (const Oid ancestor : pg::EachOid(metadata::Ancestors(relation))) {
        const metadata::Table* table = metadata::FindTable(ancestor);
        if (table && table->IsReference())
            Refuse("distribute", get_rel_name(relation),
                   psprintf("It inherits from reference table \"%s\".", get_rel_name(ancestor)),
                   "Remove the inheritance.");
    }
    ddl::CheckPartitionConstraint(relation);
}

void CheckStandsAlone(Oid relation) {
    const char* name = get_rel_name(relation);
    if (get_rel_relispartition(relation))
        Refuse("distribute", name, "It is a partition of another table.", nullptr);
    if (has_subclass(relation))
        Refuse("distribute", name, "Other tables inherit from it.", "Remove the inheritance.");
    if (has_superclass(relation))
        Refuse("distribute", name, "It inherits from another table.", "Remove the inheritance.");
}

void CheckOwner(Oid relation) {
    const char* name = get_rel_name(relation);
    if (!name)
        ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
                errmsg("relation with OID %u does not exist", relation));
    if (!pg::OwnsRelation(GetUserId(), relation))
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("must be owner of table %s", name));
}

void CheckTable(Oid relation, const char* verb) {
    CheckOwner(relation);
    const Relation table = relation_open(relation, NoLock);
    const char* name = RelationGetRelationName(table);
    if (metadata::FindTable(relation))
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("table \"%s\" is already distributed", name),
                errhint("Run undistribute_table() first to distribute it otherwise."));
    CheckKind(table, verb);
    if (get_rel_namespace(relation) == get_namespace_oid(metadata::kDataSchema, true))
        Refuse(verb, name, "It is a part of a distributed table.", nullptr);
    CheckParts(table, verb);
    relation_close(table, NoLock);
}

AttrNumber CheckDistributionColumn(Oid relation, const char* column) {
    const AttrNumber number = get_attnum(relation, column);
    if (number == InvalidAttrNumber)
        ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
                errmsg("column \"%s\" of relation \"%s\" does not exist", column,
                       get_rel_name(relation)));
    if (number < 0)
        Refuse("distribute", get_rel_name(relation),
               psprintf("Column \"%s\" is a system column.", column), nullptr);
    const Relation table = relation_open(relation, NoLock);
    const bool is_generated =
        TupleDescAttr(RelationGetDescr(table), number - 1)->attgenerated != '\0';
    relation_close(table, NoLock);
    if (is_generated)
        Refuse("distribute", get_rel_name(relation),
               psprintf("Column \"%s\" is a generated column.", column),
               "Choose another distribution column.");
    const Oid type = get_atttype(relation, number);
    const TypeCacheEntry* entry =
        lookup_type_cache(type, TYPECACHE_HASH_EXTENDED_PROC | TYPECACHE_EQ_OPR);
    if (!OidIsValid(GetDefaultOpClass(type, HASH_AM_OID)) || !OidIsValid(entry->hash_extended_proc))
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("cannot distribute table \"%s\"", get_rel_name(relation)),
                errdetail("Type %s of column \"%s\" has no default hash operator class with an "
                          "extended hash function.",
                          format_type_be(type), column),
                errhint("Choose another distribution column."));
    ddl::DistributionOperatorClass(type);
    return number;
}

void CheckUniqueness(Oid relation, AttrNumber distribution_column) {
    const Relation table = relation_open(relation, NoLock);
    List* indexes = RelationGetIndexList(table);
    relation_close(table, NoLock);
    ListCell* cell = nullptr;
    foreach (cell, indexes) CheckIndex(relation, lfirst_oid(cell), distribution_column);
}

void CheckExpressions(Oid relation) {
    const Relation table = relation_open(relation, NoLock);
    const TupleDesc columns = RelationGetDescr(table);
    const TupleConstr* constraints = columns->constr;
    for (int i = 0; constraints && i < constraints->num_check; i++)
        if (const char* read = ReadsOfShard(constraints->check[i].ccbin))
            Refuse(
                "distribute", RelationGetRelationName(table),
                psprintf("Check constraint \"%s\" reads %s.", constraints->check[i].ccname, read),
                nullptr);
    for (int i = 0; constraints && i < constraints->num_defval; i++) {
        const FormData_pg_attribute* column =
            TupleDescAttr(columns, constraints->defval[i].adnum - 1);
        if (column->attgenerated == '\0') continue;
        if (const char* read = ReadsOfShard(constraints->defval[i].adbin))
            Refuse("distribute", RelationGetRelationName(table),
                   psprintf("Generated column \"%s\" reads %s.", NameStr(column->attname), read),
                   nullptr);
    }
    relation_close(table, NoLock);
}

void CheckForeignKeys(Oid relation) {
    for (const Oid constraint : ddl::ConstraintsOf(relation, CONSTRAINT_FOREIGN))
        ddl::CheckForeignKey(constraint);
}

}  // namespace pgspan::cluster
