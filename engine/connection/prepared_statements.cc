// Statements kept prepared on a connection: found by text and parameter types, the least recently
// used dropped first.
#include "engine/connection/connection_state.h"
#include "engine/metadata/tables.h"

extern "C" {
#include "common/hashfn.h"
}

namespace pgspan::connection {

namespace {

struct Key {
    const char* sql;
    const Oid* types;
    int parameter_count;
    uint32 hash;
};

struct TableEntry {
    Key key;
    PreparedStatement* statement;
};

uint32 HashKey(const void* key, Size) {
    return static_cast<const Key*>(key)->hash;
}

int CompareKeys(const void* a, const void* b, Size) {
    const auto* left = static_cast<const Key*>(a);
    const auto* right = static_cast<const Key*>(b);
    const bool equal =
        left->hash == right->hash && left->parameter_count == right->parameter_count &&
        strcmp(left->sql, right->sql) == 0 &&
        (left->parameter_count == 0 ||
         memcmp(left->types, right->types, sizeof(Oid) * left->parameter_count) == 0);
    return equal ? 0 : 1;
}

// Types may be missing altogether: all to be inferred.
const Oid* TypesOf(const Statement& statement) {
    static Oid none[1] = {InvalidOid};
    if (statement.types || statement.parameter_count == 0)
        return statement.types ? statement.types : none;
    return static_cast<Oid*>(palloc0(sizeof(Oid) * statement.parameter_count));
}

Key KeyOf(const Statement& statement) {
    Key key = {statement.sql, TypesOf(statement), statement.parameter_count, 0};
    key.hash = hash_bytes(reinterpret_cast<const unsigned char*>(key.sql),
                          static_cast<int>(strlen(key.sql)));
    for (int i = 0; i < key.parameter_count; i++) key.hash = hash_combine(key.hash, key.types[i]);
    return key;
}

Key KeyOf(const PreparedStatement* prepared) {
    return {prepared->sql, prepared->types, prepared->parameter_count, prepared->hash};
}

void Unlink(Connection* connection, PreparedStatement* prepared) {
    if (prepared->doomed) return;
    const Key key = KeyOf(prepared);
    hash_search(connection->prepared, &key, HASH_REMOVE, nullptr);
    dlist_delete(&prepared->node);
    connection->prepared_count--;
}

// False if there is none that can be dropped: their Parse is still under way.
bool DropLeastRecent(Connection* connection) {
    dlist_node* end = &connection->recent.head;
    for (dlist_node* node = end->prev; node != end; node = node->prev) {
        auto* oldest = reinterpret_cast<PreparedStatement*>(node);
        if (!oldest->ready) continue;
        DoomPrepared(connection, oldest);
        return true;
    }
    return false;
}

}  // namespace

void InitializePrepared(Connection* connection) {
    HASHCTL control = {};
    control.keysize = sizeof(Key);
    control.entrysize = sizeof(TableEntry);
    control.hash = HashKey;
    control.match = CompareKeys;
    control.hcxt = connection->context;
    connection->prepared = hash_create("pgspan prepared statements", 64, &control,
                                       HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
    dlist_init(&connection->recent);
    dlist_init(&connection->doomed);
}

PreparedStatement* FindPrepared(Connection* connection, const Statement& statement) {
    const Key key = KeyOf(statement);
    auto* entry =
        static_cast<TableEntry*>(hash_search(connection->prepared, &key, HASH_FIND, nullptr));
    if (entry == nullptr) return nullptr;
    dlist_move_head(&connection->recent, &entry->statement->node);
    return entry->statement;
}

PreparedStatement* AddPrepared(Connection* connection, const Statement& statement) {
    while (connection->prepared_count >= max_prepared_statements && DropLeastRecent(connection)) {
    }
    if (max_prepared_statements == 0) return nullptr;
    const Key key = KeyOf(statement);
    auto* prepared = static_cast<PreparedStatement*>(
        MemoryContextAllocZero(connection->context, sizeof(PreparedStatement)));
    prepared->sql = MemoryContextStrdup(connection->context, key.sql);
    auto* types = static_cast<Oid*>(
        MemoryContextAlloc(connection->context, sizeof(Oid) * (key.parameter_count + 1)));
    if (key.parameter_count > 0) memcpy(types, key.types, sizeof(Oid) * key.parameter_count);
    prepared->types = types;
    prepared->parameter_count = key.parameter_count;
    prepared->hash = key.hash;
    snprintf(prepared->name, sizeof(prepared->name), "pgspan_%llu",
             static_cast<unsigned long long>(++connection->prepared_counter));
    const Key owned = KeyOf(prepared);
    auto* entry =
        static_cast<TableEntry*>(hash_search(connection->prepared, &owned, HASH_ENTER, nullptr));
    entry->statement = prepared;
    dlist_push_head(&connection->recent, &prepared->node);
    connection->prepared_count++;
    return prepared;
}

void FreePrepared(PreparedStatement* prepared) {
    pfree(const_cast<char*>(prepared->sql));
    pfree(const_cast<Oid*>(prepared->types));
    pfree(prepared);
}

void RemovePrepared(Connection* connection, PreparedStatement* prepared) {
    Unlink(connection, prepared);
    if (prepared->doomed) dlist_delete(&prepared->node);
    FreePrepared(prepared);
}

void DoomPrepared(Connection* connection, PreparedStatement* prepared) {
    if (prepared->doomed) return;
    Unlink(connection, prepared);
    prepared->doomed = true;
    dlist_push_tail(&connection->doomed, &prepared->node);
}

void KeepForResend(Connection* connection, const Statement& statement, bool starts_transaction) {
    Resend& resend = connection->resend;
    if (resend.context == nullptr)
        resend.context =
            AllocSetContextCreate(connection->context, "pgspan resend", ALLOCSET_SMALL_SIZES);
    MemoryContextReset(resend.context);
    const MemoryContext caller = MemoryContextSwitchTo(resend.context);
    const int count = statement.parameter_count;
    resend.started_transaction = starts_transaction;
    resend.statement = statement;
    resend.statement.sql = pstrdup(statement.sql);
    resend.statement.then = statement.then ? pstrdup(statement.then) : nullptr;
    const auto copy_array = [&](auto* array) {
        using Item = std::remove_const_t<std::remove_pointer_t<decltype(array)>>;
        if (array == nullptr || count == 0) return static_cast<Item*>(nullptr);
        auto* copy = static_cast<Item*>(palloc(sizeof(Item) * count));
        memcpy(copy, array, sizeof(Item) * count);
        return copy;
    };
    resend.statement.types = copy_array(statement.types);
    resend.statement.lengths = copy_array(statement.lengths);
    resend.statement.formats = copy_array(statement.formats);
    if (count > 0) {
        auto** values = static_cast<char**>(palloc(sizeof(char*) * count));
        for (int i = 0; i < count; i++) {
            const char* value = statement.values ? statement.values[i] : nullptr;
            const bool binary = statement.formats && statement.formats[i] == 1;
            values[i] = nullptr;
            if (value == nullptr) continue;
            values[i] =
                binary ? static_cast<char*>(palloc(statement.lengths[i] + 1)) : pstrdup(value);
            if (binary) memcpy(values[i], value, statement.lengths[i]);
        }
        resend.statement.values = values;
    }
    resend.command_count = starts_transaction ? connection->queued_count : 0;
    resend.commands = static_cast<char**>(palloc(sizeof(char*) * (resend.command_count + 1)));
    for (int i = 0; i < resend.command_count; i++)
        resend.commands[i] = pstrdup(connection->queued[i]);
    MemoryContextSwitchTo(caller);
    resend.possible = true;
}

void ForgetOutdatedStatements(Connection* connection) {
    const uint64 generation = metadata::DefinitionGeneration();
    if (connection->definition_generation == generation) return;
    connection->definition_generation = generation;
    ForEachPrepared(&connection->recent, [&](PreparedStatement* prepared) {
        if (prepared->ready) DoomPrepared(connection, prepared);
        return false;
    });
}

bool IsLostPlan(const PGresult* failed) {
    if (SqlStateOf(failed) == ERRCODE_UNDEFINED_PSTATEMENT) return true;
    const char* function = PQresultErrorField(failed, PG_DIAG_SOURCE_FUNCTION);
    return SqlStateOf(failed) == ERRCODE_FEATURE_NOT_SUPPORTED && function &&
           strcmp(function, "RevalidateCachedQuery") == 0;
}

}  // namespace pgspan::connection
