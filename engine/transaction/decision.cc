#include "engine/transaction/decision.h"

#include "engine/metadata/node_session.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/transaction/gid.h"
#include "engine/transaction/own_table.h"

extern "C" {
#include "access/xact.h"
#include "utils/array.h"
}

namespace pgspan::transaction {

namespace {

// 'a', 'b' as the body of IN (…).
char* QuoteAll(const List* gids) {
    StringInfoData text;
    initStringInfo(&text);
    for (const char* gid : pg::Each<const char>(gids))
        appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", quote_literal_cstr(gid));
    return text.data;
}

void CheckMayDecide(const char* text) {
    Gid gid = {};
    if (ParseGid(text, &gid) && gid.decider == metadata::LocalGroup()) return;
    ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
            errmsg("\"%s\" is not a transaction over which this node decides", text));
}

void InsertDecision(const char* gid) {
    Datum values[] = {CStringGetTextDatum(gid), ObjectIdGetDatum(GetUserId()), BoolGetDatum(true),
                      TimestampTzGetDatum(GetCurrentTimestamp())};
    InsertIntoOwn("decision", values);
}

}  // namespace

connection::Statement DecideStatement(const List* gids) {
    static constexpr Oid kTypes[] = {TEXTARRAYOID};
    // Names of ours need no quotes in an array.
    StringInfoData array;
    initStringInfo(&array);
    for (const char* gid : pg::Each<const char>(gids))
        appendStringInfo(&array, "%s%s", array.len > 0 ? "," : "{", gid);
    appendStringInfoChar(&array, '}');
    auto** values = static_cast<const char**>(palloc(sizeof(char*)));
    values[0] = array.data;
    connection::Statement statement = {"SELECT pgspan.decide($1)"};
    statement.parameter_count = 1;
    statement.types = kTypes;
    statement.values = values;
    statement.prepare = true;
    return statement;
}

bool AskDecider(connection::Connection* decider, const char* gid, const char* owner) {
    const char* name = quote_literal_cstr(gid);
    const char* role =
        psprintf("%s::pg_catalog.regrole", quote_literal_cstr(quote_identifier(owner)));
    connection::Execute(decider, "SET lock_timeout = '2s'");
    connection::Execute(decider, psprintf("INSERT INTO pgspan.decision VALUES (%s, %s, false) ON "
                                          "CONFLICT (gid, role) DO NOTHING",
                                          name, role));
    const List* rows = connection::Query(
        decider, psprintf("SELECT 1 FROM pgspan.decision WHERE gid = %s AND role = %s AND commits",
                          name, role));
    return rows != NIL;
}

List* ReadDecisions(connection::Connection* decider) {
    List* gids = NIL;
    const List* rows = connection::Query(
        decider, psprintf("SELECT gid FROM pgspan.decision WHERE gid LIKE 'pgspan\\_%d\\_%%' LIMIT "
                          "100000",
                          metadata::LocalGroup()));
    for (char** row : pg::Each<char*>(rows)) gids = lappend(gids, row[0]);
    return gids;
}

void ForgetDecisions(connection::Connection* decider, const List* gids) {
    if (gids == NIL) return;
    // A session that may still commit has begun its transaction before.
    connection::Execute(
        decider,
        psprintf("DELETE FROM pgspan.decision WHERE gid IN (%s) AND (commits OR NOT EXISTS (SELECT "
                 "FROM pg_catalog.pg_stat_activity a WHERE a.xact_start <= taken AND a.pid <> "
                 "pg_catalog.pg_backend_pid()))",
                 QuoteAll(gids)));
}

}  // namespace pgspan::transaction

PGSPAN_FUNCTION(pgspan_decide) {
    using namespace pgspan;
    if (!metadata::IsInternalSession())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("only other nodes may ask this one to decide over a transaction"));
    // Other nodes commit their parts by what is decided here: it must not be lost after that.
    ForceSyncCommit();
    Datum* gids = nullptr;
    int count = 0;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &gids, nullptr,
                      &count);
    for (int i = 0; i < count; i++) {
        const char* gid = TextDatumGetCString(gids[i]);
        transaction::CheckMayDecide(gid);
        transaction::InsertDecision(gid);
    }
    PG_RETURN_VOID();
}
