#include "engine/replication/output_plugin.h"

#include "engine/metadata/decoding.h"
#include "engine/pg/decoded_row.h"
#include "engine/pg/entry.h"

extern "C" {
#include "replication/logical.h"
#include "replication/output_plugin.h"
#include "utils/guc.h"
#include "utils/hsearch.h"

PGDLLEXPORT void _PG_output_plugin_init(OutputPluginCallbacks* callbacks);
}

namespace pgspan::replication {

namespace {

constexpr const char* kFolder = "$libdir/pgspan";
constexpr const char* kPlugin = "pgoutput";

// PostgreSQL's own.
OutputPluginCallbacks pgoutput;

using ChangeCallback = void (*)(LogicalDecodingContext*, ReorderBufferTXN*, Relation,
                                ReorderBufferChange*);
using TruncateCallback = void (*)(LogicalDecodingContext*, ReorderBufferTXN*, int, Relation*,
                                  ReorderBufferChange*);

// What is known of a relation whose changes were decoded.
struct Published {
    Oid relation;  // key
    Oid as;
    bool is_mapped;
    TupleConversionMap* map;  // from the rows of a shard; nullptr if they are those of the shell
};

MemoryContext cache_context = nullptr;
HTAB* cache = nullptr;
bool is_stale = false;

void Forget(Datum, Oid) {
    is_stale = true;
}

HTAB* Cache() {
    if (cache && !is_stale) return cache;
    if (!cache_context) {
        CacheRegisterRelcacheCallback(Forget, Datum{0});
        cache_context = AllocSetContextCreate(CacheMemoryContext, "pgspan published relations",
                                              ALLOCSET_DEFAULT_SIZES);
    }
    MemoryContextReset(cache_context);
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Published);
    control.hcxt = cache_context;
    cache = hash_create("pgspan published relations", 64, &control,
                        HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    is_stale = false;
    return cache;
}

Published* Find(Oid relation) {
    auto* entry = static_cast<Published*>(hash_search(Cache(), &relation, HASH_FIND, nullptr));
    if (entry) return entry;
    const Oid as = metadata::PublishedAs(relation);
    entry = static_cast<Published*>(hash_search(Cache(), &relation, HASH_ENTER, nullptr));
    *entry = {relation, as, false, nullptr};
    return entry;
}

// Columns that were dropped before a table was distributed have no place in its shards.
TupleConversionMap* MapTo(Published* shard, TupleDesc from, TupleDesc to) {
    if (shard->is_mapped) return shard->map;
    const MemoryContext outer = MemoryContextSwitchTo(cache_context);
    shard->map =
        convert_tuples_by_name(CreateTupleDescCopyConstr(from), CreateTupleDescCopyConstr(to));
    shard->is_mapped = true;
    MemoryContextSwitchTo(outer);
    return shard->map;
}

void PublishAsShell(ChangeCallback publish, LogicalDecodingContext* context, ReorderBufferTXN* txn,
                    Relation shard, Published* published, ReorderBufferChange* change) {
    const Relation table = RelationIdGetRelation(published->as);
    if (!RelationIsValid(table)) elog(ERROR, "could not open relation with OID %u", published->as);
    const TupleDesc descriptor = RelationGetDescr(shard);
    TupleConversionMap* map = MapTo(published, descriptor, RelationGetDescr(table));
    const pg::DecodedRow old_row = change->data.tp.oldtuple;
    const pg::DecodedRow new_row = change->data.tp.newtuple;
    change->data.tp.oldtuple = pg::Converted(old_row, descriptor, map);
    change->data.tp.newtuple = pg::Converted(new_row, descriptor, map);
    // PostgreSQL goes on after some errors (a transaction that is aborted while it is streamed),
    // and frees the rows that it has made.
    ErrorData* error = pg::Capture([&] { publish(context, txn, table, change); });
    change->data.tp.oldtuple = old_row;
    change->data.tp.newtuple = new_row;
    if (error) ReThrowError(error);
    RelationClose(table);
}

void Publish(ChangeCallback publish, LogicalDecodingContext* context, ReorderBufferTXN* txn,
             Relation relation, ReorderBufferChange* change) {
    Published* published = Find(RelationGetRelid(relation));
    if (!OidIsValid(published->as)) return;
    if (published->as == RelationGetRelid(relation)) {
        publish(context, txn, relation, change);
        return;
    }
    // Of one change only.
    const MemoryContext rows =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan decoded rows", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext outer = MemoryContextSwitchTo(rows);
    PublishAsShell(publish, context, txn, relation, published, change);
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(rows);
}

void PublishTruncate(TruncateCallback publish, LogicalDecodingContext* context,
                     ReorderBufferTXN* txn, int count, Relation* relations,
                     ReorderBufferChange* change) {
    auto* kept = static_cast<Relation*>(palloc(sizeof(Relation) * count));
    int kept_count = 0;
    for (int i = 0; i < count; i++) {
        const Oid relation = RelationGetRelid(relations[i]);
        if (Find(relation)->as == relation) kept[kept_count++] = relations[i];
    }
    if (kept_count > 0) publish(context, txn, kept_count, kept, change);
    pfree(kept);
}

void Change(LogicalDecodingContext* context, ReorderBufferTXN* txn, Relation relation,
            ReorderBufferChange* change) {
    pg::Entry([&] { Publish(pgoutput.change_cb, context, txn, relation, change); });
}

void StreamChange(LogicalDecodingContext* context, ReorderBufferTXN* txn, Relation relation,
                  ReorderBufferChange* change) {
    pg::Entry([&] { Publish(pgoutput.stream_change_cb, context, txn, relation, change); });
}

void Truncate(LogicalDecodingContext* context, ReorderBufferTXN* txn, int count,
              Relation relations[], ReorderBufferChange* change) {
    pg::Entry(
        [&] { PublishTruncate(pgoutput.truncate_cb, context, txn, count, relations, change); });
}

void StreamTruncate(LogicalDecodingContext* context, ReorderBufferTXN* txn, int count,
                    Relation relations[], ReorderBufferChange* change) {
    pg::Entry([&] {
        PublishTruncate(pgoutput.stream_truncate_cb, context, txn, count, relations, change);
    });
}

void LoadPgoutput(OutputPluginCallbacks* callbacks) {
    const auto fill = reinterpret_cast<LogicalOutputPluginInit>(
        load_external_function("$libdir/pgoutput", "_PG_output_plugin_init", true, nullptr));
    fill(callbacks);
    pgoutput = *callbacks;
    callbacks->change_cb = Change;
    callbacks->truncate_cb = Truncate;
    callbacks->stream_change_cb = StreamChange;
    callbacks->stream_truncate_cb = StreamTruncate;
}

}  // namespace

void Initialize() {
    const char* path = GetConfigOption("dynamic_library_path", false, false);
    SetConfigOption("dynamic_library_path", psprintf("%s:%s", kFolder, path), PGC_POSTMASTER,
                    PGC_S_OVERRIDE);
}

void RequireOutputPlugin() {
    const char* path = GetConfigOption("dynamic_library_path", false, false);
    const bool first = strncmp(path, kFolder, strlen(kFolder)) == 0;
    char link[MAXPGPATH];
    snprintf(link, sizeof(link), "%s/pgspan/%s%s", pkglib_path, kPlugin, DLSUFFIX);
    if (first && access(link, R_OK) == 0) return;
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("subscribers would not get the changes of distributed tables"),
            first ? errdetail("The file \"%s\" is missing.", link)
                  : errdetail("\"dynamic_library_path\" does not begin with \"%s\".", kFolder),
            first ? errhint("Install pgspan as a whole.")
                  : errhint("Leave \"dynamic_library_path\" as the server has started with it."));
}

}  // namespace pgspan::replication

void _PG_output_plugin_init(OutputPluginCallbacks* callbacks) {
    pgspan::pg::Entry([&] { pgspan::replication::LoadPgoutput(callbacks); });
}
