#include "engine/transaction/prepared_parts.h"

#include "engine/connection/roles.h"
#include "engine/pg/list.h"
#include "engine/pg/spi.h"
#include "engine/pg/subtransaction.h"
#include "engine/transaction/commit_record.h"
#include "engine/transaction/gid.h"

extern "C" {
#include "access/transam.h"
}

namespace pgspan::transaction {

namespace {

// Prepared transactions hold back the oldest xid, so that it is one of the last 2^32.
uint64 WithEpoch(TransactionId xid) {
    const uint64 next = U64FromFullTransactionId(ReadNextFullTransactionId());
    return next - static_cast<uint32>(static_cast<uint32>(next) - xid);
}

List* ReadGids(const char* users_gid) {
    const char* xid = pg::QueryText(psprintf(
        "SELECT transaction FROM pg_catalog.pg_prepared_xacts WHERE gid OPERATOR(pg_catalog.=) %s "
        "AND database OPERATOR(pg_catalog.=) pg_catalog.current_database()",
        quote_literal_cstr(users_gid)));
    if (xid == nullptr) return NIL;
    return ReadOpenRecords(WithEpoch(static_cast<TransactionId>(strtoul(xid, nullptr, 10))));
}

// nullptr, with a WARNING, if the node cannot be reached: that makes no difference to what the user
// decides. It has been decided for whoever has prepared the part: the login may finish each.
connection::Connection* Reach(const char* text) {
    Gid gid = {};
    if (!ParseGid(text, &gid)) return nullptr;
    connection::Connection* connection = nullptr;
    ErrorData* error = pg::Attempt([&] {
        connection = connection::ForGroup(gid.holder);
        connection::AsLogin([&] { connection::FlushQueue(connection); });
    });
    if (error == nullptr) return connection;
    ereport(WARNING, errcode(error->sqlerrcode),
            errmsg("transaction \"%s\" is to be finished later", text),
            errdetail_internal("%s", error->message),
            errhint("The maintenance worker, or SELECT recover_prepared_transactions(), finishes "
                    "it once the node can be reached."));
    return nullptr;
}

}  // namespace

std::span<const Part> FindPreparedParts(const char* users_gid) {
    // A part, which another node finishes here at the end of each of its transactions, has none.
    Gid part = {};
    if (ParseGid(users_gid, &part)) return {};
    List* gids = ReadGids(users_gid);
    auto* parts = static_cast<Part*>(palloc(sizeof(Part) * (list_length(gids) + 1)));
    size_t count = 0;
    for (const char* gid : pg::Each<const char>(gids)) {
        connection::Connection* connection = Reach(gid);
        if (connection) parts[count++] = {connection, gid};
    }
    return {parts, count};
}

}  // namespace pgspan::transaction
