#include "engine/metadata/constraint_names.h"

#include "engine/metadata/catalog.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/partition.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "storage/proc.h"
}

namespace pgspan::metadata {

namespace {

// A copy of name that ends in suffix and fits into a name. One that has to be cut (at a character
// boundary) gets a hash of the whole, so that names that differ only at their ends stay different.
char* Suffixed(const char* name, const char* suffix) {
    const int length = static_cast<int>(strlen(name));
    const int room = NAMEDATALEN - 1 - static_cast<int>(strlen(suffix));
    if (length <= room) return psprintf("%s%s", name, suffix);
    constexpr int kHashLength = 9;
    const uint32 hash = hash_bytes(reinterpret_cast<const unsigned char*>(name), length);
    return psprintf("%.*s_%08x%s", pg_mbcliplen(name, length, room - kHashLength), name, hash,
                    suffix);
}

// A container or a shard, and the table that it is a part of.
struct Part {
    Oid relation;
    const char* name;
    const Table* table;
};

Part PartOf(Oid relation) {
    const Table* table = OidIsValid(relation) ? FindTableOfPart(relation) : nullptr;
    return {relation, table ? get_rel_name(relation) : nullptr, table};
}

int64 ShardIdOf(const Part& part) {
    for (int32 i = 0; i < part.table->shard_count; i++)
        if (strcmp(ShardName(*part.table, i), part.name) == 0) return part.table->shard_ids[i];
    return 0;
}

// The shell's index whose counterpart on the container is named so; nullptr if it has none.
const char* ShellIndex(const Table& table, const char* container_index) {
    const char* found = nullptr;
    const Key key = {Anum_pg_index_indrelid, OIDOID, ObjectIdGetDatum(table.relation)};
    ForEachRow(IndexRelationId, IndexIndrelidIndexId, {&key, 1}, [&](HeapTuple tuple, TupleDesc) {
        const char* name =
            get_rel_name(reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple))->indexrelid);
        if (name && strcmp(ContainerIndexName(name, table.table_id), container_index) == 0)
            found = name;
    });
    return found;
}

// The shell's constraint or index whose counterpart on the shard is named so.
const char* ShellConstraint(const Table& table, int64 shard_id, const char* of_shard) {
    const char* found = nullptr;
    const auto consider = [&](const char* name) {
        if (name && strcmp(ShardConstraintName(name, shard_id), of_shard) == 0) found = name;
    };
    const Key constraint = {Anum_pg_constraint_conrelid, OIDOID, ObjectIdGetDatum(table.relation)};
    ForEachRow(ConstraintRelationId, ConstraintRelidTypidNameIndexId, {&constraint, 1},
               [&](HeapTuple tuple, TupleDesc) {
                   consider(pstrdup(
                       NameStr(reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->conname)));
               });
    return found;
}

// As users know a constraint or an index of the part.
const char* ShownConstraint(const Part& part, const char* name) {
    // Checks are named alike everywhere.
    if (OidIsValid(get_relation_constraint_oid(part.table->relation, name, true))) return name;
    const Oid index = get_relname_relid(name, Catalog().data_schema);
    const char* shown = nullptr;
    if (OidIsValid(index) && get_rel_relispartition(index))
        shown = ShellIndex(*part.table, get_rel_name(get_partition_parent(index, true)));
    if (!shown) shown = ShellConstraint(*part.table, ShardIdOf(part), name);
    return shown ? shown : name;
}

bool BelongsToName(char c) {
    return isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
}

// The text with the name, where it stands by itself, replaced.
char* Replaced(char* text, const char* name, const char* shown) {
    if (!text || !strstr(text, name)) return text;
    const size_t length = strlen(name);
    StringInfoData out;
    initStringInfo(&out);
    for (const char* at = text; *at;) {
        const bool stands_alone = strncmp(at, name, length) == 0 &&
                                  (at == text || !BelongsToName(at[-1])) &&
                                  !BelongsToName(at[length]);
        if (stands_alone)
            appendStringInfoString(&out, shown);
        else
            appendStringInfoChar(&out, *at);
        at += stands_alone ? length : 1;
    }
    return out.data;
}

// The same at the end of the text, before which there are values of the user's.
char* ReplacedAtEnd(char* text, const char* name, const char* shown) {
    if (!text) return text;
    constexpr size_t kMarks = 8;  // the bytes of a quotation mark and of a full stop
    const size_t tail = strlen(name) + kMarks;
    const size_t length = strlen(text);
    if (length <= tail) return text;
    char* end = Replaced(text + length - tail, name, shown);
    return psprintf("%.*s%s", static_cast<int>(length - tail), text, end);
}

void ShowRelation(ErrorData* error, const Part& part) {
    const char* shown = get_rel_name(part.table->relation);
    if (!shown) return;
    error->message = Replaced(error->message, part.name, shown);
    error->context = Replaced(error->context, part.name, shown);
    if (error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION)
        error->detail = ReplacedAtEnd(error->detail, part.name, shown);
    if (!error->table_name || strcmp(error->table_name, part.name) != 0) return;
    error->table_name = pstrdup(shown);
    error->schema_name = get_namespace_name(get_rel_namespace(part.table->relation));
}

// The relation that a foreign key references; InvalidOid if the constraint is none.
Oid ReferencedRelation(Oid constraint) {
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid relation = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->confrelid;
    ReleaseSysCache(tuple);
    return relation;
}

// Errors of rows and of locks are raised by the executor, which has let go of all pages before.
bool MayLookUp(int sqlstate) {
    switch (sqlstate) {
    case ERRCODE_LOCK_NOT_AVAILABLE:
    case ERRCODE_QUERY_CANCELED:
    case ERRCODE_T_R_DEADLOCK_DETECTED:
    case ERRCODE_T_R_SERIALIZATION_FAILURE:
        return true;
    default:
        return ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION;
    }
}

}  // namespace

char* ContainerIndexName(const char* shell_name, int32 table_id) {
    return Suffixed(shell_name, psprintf("_t%d", table_id));
}

char* ShardConstraintName(const char* shell_name, int64 shard_id) {
    return Suffixed(shell_name, psprintf("_" INT64_FORMAT, shard_id));
}

const Table* FindTableOfPart(Oid relation) {
    if (get_rel_namespace(relation) != Catalog().data_schema) return nullptr;
    return FindTableByContainer(
        get_rel_relispartition(relation) ? get_partition_parent(relation, true) : relation);
}

void NameAsUsersKnow(ErrorData* error, const List* parts) {
    if (!MayLookUp(error->sqlerrcode) || !IsTransactionState() || !ExtensionIsReady()) return;
    // Whoever was cancelled waiting for a lock still stands in its queue; looking up takes locks.
    LockErrorCleanup();
    // The one at fault need not be named: rows find their shard by themselves.
    const bool of_part =
        error->table_name && error->schema_name && strcmp(error->schema_name, kDataSchema) == 0;
    const Part at_fault =
        PartOf(of_part ? get_relname_relid(error->table_name, Catalog().data_schema) : InvalidOid);
    if (at_fault.table && error->constraint_name) {
        const Oid constraint =
            get_relation_constraint_oid(at_fault.relation, error->constraint_name, true);
        const char* shown = ShownConstraint(at_fault, error->constraint_name);
        error->message = Replaced(error->message, error->constraint_name, shown);
        error->constraint_name = pstrdup(shown);
        // The other end of a foreign key.
        const Part referenced = PartOf(ReferencedRelation(constraint));
        if (referenced.table) ShowRelation(error, referenced);
    }
    if (at_fault.table) ShowRelation(error, at_fault);
    for (const Oid relation : pg::EachOid(parts)) {
        const Part part = PartOf(relation);
        if (part.table) ShowRelation(error, part);
    }
}

}  // namespace pgspan::metadata
