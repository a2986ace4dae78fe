#include "engine/executor/tasks.h"

#include <string>
#include <vector>

#include "engine/metadata/nodes.h"
#include "engine/placement/shard_set.h"
#include "engine/placement/sql_template.h"

extern "C" {
#include "common/hashfn.h"
}

namespace pgspan::executor {

const metadata::Table& RequireTable(Oid relation) {
    const metadata::Table* table = metadata::FindTable(relation);
    if (table == nullptr)
        ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
                errmsg("relation with OID %u is not a distributed table any more", relation),
                errhint("Run the statement again."));
    return *table;
}

namespace {

// A copy owned by PostgreSQL; throws (never jumps) when memory is short, so that the caller's
// strings are freed.
char* ToPalloc(MemoryContext context, const std::string& text) {
    auto* copy =
        static_cast<char*>(MemoryContextAllocExtended(context, text.size() + 1, MCXT_ALLOC_NO_OOM));
    if (copy == nullptr) throw std::bad_alloc();
    memcpy(copy, text.c_str(), text.size() + 1);
    return copy;
}

// ---- Filled router statements, kept for the session

struct FilledKey {
    uint64 template_hash;
    uint64 shards_hash;  // of the ids of all shards named: ids are never used twice
};

struct Filled {
    FilledKey key;
    const char* sql_template;
    const char* sql;
};

constexpr int kFilledMax = 4096;

HTAB* filled = nullptr;
MemoryContext filled_context = nullptr;

// An overflow empties the cache: what is in use fills it again within a few statements.
void PrepareFilledCache() {
    if (filled != nullptr && hash_get_num_entries(filled) < kFilledMax) return;
    if (filled_context != nullptr) MemoryContextReset(filled_context);
    filled = nullptr;
    if (filled_context == nullptr)
        filled_context = AllocSetContextCreate(TopMemoryContext, "pgspan filled statements",
                                               ALLOCSET_DEFAULT_SIZES);
    HASHCTL control = {};
    control.keysize = sizeof(FilledKey);
    control.entrysize = sizeof(Filled);
    control.hcxt = filled_context;
    filled = hash_create("pgspan filled statements", 256, &control,
                         HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

char* Fill(const char* sql, const List* relations, int shard_index) {
    auto* pairs =
        static_cast<NameChange*>(palloc(sizeof(NameChange) * (list_length(relations) + 1)));
    int count = 0;
    for (int i = 0; i < list_length(relations); i++) {
        const metadata::Table& table = RequireTable(list_nth_oid(relations, i));
        if (!table.IsHash()) continue;
        pairs[count++] = {metadata::QualifiedContainerName(table),
                          metadata::QualifiedShardName(table, shard_index)};
    }
    return ChangeNames(filled_context, sql, pairs, count);
}

FilledKey KeyOf(const char* sql, const List* relations, int shard_index) {
    FilledKey key = {};
    key.template_hash = DatumGetUInt64(hash_any_extended(
        reinterpret_cast<const unsigned char*>(sql), static_cast<int>(strlen(sql)), 0));
    for (int i = 0; i < list_length(relations); i++) {
        const metadata::Table& table = RequireTable(list_nth_oid(relations, i));
        if (!table.IsHash()) continue;
        if (shard_index >= table.shard_count)
            ereport(
                ERROR, errcode(ERRCODE_INTERNAL_ERROR),
                errmsg("table \"%s\" has no shard %d", get_rel_name(table.relation), shard_index));
        key.shards_hash =
            hash_combine64(key.shards_hash, static_cast<uint64>(table.shard_ids[shard_index]) *
                                                UINT64CONST(0x9E3779B97F4A7C15));
    }
    return key;
}

}  // namespace

const char* FillRouterSql(const char* sql, const List* relations, int shard_index) {
    PrepareFilledCache();
    const FilledKey key = KeyOf(sql, relations, shard_index);
    auto* entry = static_cast<Filled*>(hash_search(filled, &key, HASH_FIND, nullptr));
    if (entry != nullptr && strcmp(entry->sql_template, sql) == 0) return pstrdup(entry->sql);
    // All that can fail comes before the entry exists.
    const char* copy = MemoryContextStrdup(filled_context, sql);
    const char* text = Fill(sql, relations, shard_index);
    entry = static_cast<Filled*>(hash_search(filled, &key, HASH_ENTER, nullptr));
    entry->sql_template = copy;
    entry->sql = text;
    return pstrdup(text);
}

__attribute__((noinline)) char* ChangeNames(MemoryContext context, const char* sql,
                                            const NameChange* changes, int count) {
    std::vector<std::pair<std::string_view, std::string_view>> substitutes;
    substitutes.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; i++) substitutes.emplace_back(changes[i].from, changes[i].to);
    return ToPalloc(context, placement::ReplaceNames(sql, substitutes));
}

TaskList MakeRouterTask(const plan::DistributedPlan& plan, const metadata::Table& anchor,
                        int shard_index) {
    TaskList list;
    list.count = 1;
    list.tasks = static_cast<Task*>(palloc0(sizeof(Task)));
    Task& task = list.tasks[0];
    task.group_id = anchor.shard_groups[shard_index];
    task.is_local = task.group_id == metadata::LocalGroup();
    task.sql = FillRouterSql(plan.sql, plan.relations, shard_index);
    return list;
}

namespace {

// The template with the set of the shards that lie on a group.
__attribute__((noinline)) char* FillShardSet(MemoryContext context, const char* sql,
                                             const int32* shard_groups, int shard_count,
                                             int32 group) {
    std::vector<int> indexes;
    for (int i = 0; i < shard_count; i++)
        if (shard_groups[i] == group) indexes.push_back(i);
    return ToPalloc(
        context, placement::FillSlot(sql, plan::kShardSetSlot, placement::FormatShardSet(indexes)));
}

bool Contains(const TaskList& list, int32 group) {
    for (int i = 0; i < list.count; i++)
        if (list.tasks[i].group_id == group) return true;
    return false;
}

}  // namespace

TaskList MakeFanOutTasks(const plan::DistributedPlan& plan, const metadata::Table& anchor) {
    TaskList list;
    list.tasks = static_cast<Task*>(palloc0(sizeof(Task) * (anchor.shard_count + 1)));
    const int32 local_group = metadata::LocalGroup();
    for (int i = 0; i < anchor.shard_count; i++) {
        const int32 group = anchor.shard_groups[i];
        if (Contains(list, group)) continue;
        Task& task = list.tasks[list.count++];
        task.group_id = group;
        task.is_local = group == local_group;
        task.sql = FillShardSet(CurrentMemoryContext, plan.sql, anchor.shard_groups,
                                anchor.shard_count, group);
    }
    return list;
}

TaskList MakeReferenceTasks(const char* sql) {
    const std::span<const metadata::Node> nodes = metadata::AllNodes();
    const int32 local_group = metadata::LocalGroup();
    TaskList list;
    list.tasks = static_cast<Task*>(palloc0(sizeof(Task) * (nodes.size() + 1)));
    bool has_coordinator = local_group == metadata::kCoordinatorGroup;
    for (const metadata::Node& node : nodes)
        if (node.is_active && node.is_primary && node.group_id == metadata::kCoordinatorGroup)
            has_coordinator = true;
    const int32 first = has_coordinator ? metadata::kCoordinatorGroup : local_group;
    list.tasks[list.count++] = {first, first == local_group, sql};
    for (const metadata::Node& node : nodes) {
        if (!node.is_active || !node.is_primary || node.group_id == first ||
            node.group_id == local_group)
            continue;
        list.tasks[list.count++] = {node.group_id, false, sql};
    }
    if (first != local_group) list.tasks[list.count++] = {local_group, true, sql};
    return list;
}

}  // namespace pgspan::executor
