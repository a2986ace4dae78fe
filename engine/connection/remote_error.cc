// Errors and notices of other nodes, as if they had been raised here.
#include "engine/connection/connection_state.h"
#include "engine/pg/entry.h"

namespace pgspan::connection {

struct Notice {
    Notice* next;
    int level;
    int sqlstate;
    const char* primary;
    const char* detail;
    const char* hint;
    const char* context;
};

namespace {

char* CopyField(const PGresult* result, int field) {
    const char* value = PQresultErrorField(result, field);
    return value ? pstrdup(value) : nullptr;
}

int LevelOf(const char* severity) {
    struct Level {
        const char* name;
        int level;
    };
    static constexpr Level kLevels[] = {
        {"WARNING", WARNING}, {"NOTICE", NOTICE}, {"INFO", INFO}, {"LOG", LOG}, {"DEBUG", DEBUG1}};
    for (const Level& level : kLevels)
        if (severity && strcmp(severity, level.name) == 0) return level.level;
    return DEBUG1;
}

// Memory that libpq's callback may ask for: it must not fail by an error.
char* CopyQuietly(Connection* c, const char* text) {
    if (text == nullptr) return nullptr;
    const size_t size = strlen(text) + 1;
    auto* copy =
        static_cast<char*>(MemoryContextAllocExtended(c->context, size, MCXT_ALLOC_NO_OOM));
    if (copy) memcpy(copy, text, size);
    return copy;
}

// BEGIN and SET are ours; what they say would surprise the user.
bool IsForUser(const Connection* c) {
    if (c->copying) return true;
    if (!HasEntries(c)) return false;
    const Entry& head = c->entries[c->first_entry];
    return !head.orphan && (head.kind == EntryKind::kStatement || head.kind == EntryKind::kSync);
}

void Receive(Connection* c, const PGresult* result) {
    c->notice_count++;
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0))
        DescribeResult(result, c->lost_reason, sizeof(c->lost_reason));
    if (!IsForUser(c)) return;
    auto* notice = static_cast<Notice*>(MemoryContextAllocExtended(
        c->context, sizeof(Notice), MCXT_ALLOC_NO_OOM | MCXT_ALLOC_ZERO));
    if (notice == nullptr) return;
    notice->level = LevelOf(severity);
    notice->sqlstate = SqlStateOf(result);
    notice->primary = CopyQuietly(c, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    notice->detail = CopyQuietly(c, PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
    notice->hint = CopyQuietly(c, PQresultErrorField(result, PG_DIAG_MESSAGE_HINT));
    notice->context = CopyQuietly(c, PQresultErrorField(result, PG_DIAG_CONTEXT));
    if (c->last_notice)
        c->last_notice->next = notice;
    else
        c->first_notice = notice;
    c->last_notice = notice;
}

void FreeNotice(Notice* notice) {
    for (const char* text : {notice->primary, notice->detail, notice->hint, notice->context})
        if (text) pfree(const_cast<char*>(text));
    pfree(notice);
}

}  // namespace

int SqlStateOf(const PGresult* result) {
    const char* s = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return s && strlen(s) == 5 ? MAKE_SQLSTATE(s[0], s[1], s[2], s[3], s[4]) : 0;
}

void DescribeResult(const PGresult* result, char* buffer, size_t size) {
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY);
    const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (primary)
        snprintf(buffer, size, "%s:  %s", severity ? severity : "ERROR", primary);
    else
        strlcpy(buffer, PQresultErrorMessage(result), size);
    pg_strip_crlf(buffer);
}

void RaiseResult(const Connection* connection, PGresult* result) {
    const int sqlstate = SqlStateOf(result);
    char* primary = CopyField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (primary == nullptr) {
        primary = pstrdup(PQresultErrorMessage(result));
        pg_strip_crlf(primary);
    }
    const char* detail = CopyField(result, PG_DIAG_MESSAGE_DETAIL);
    const char* hint = CopyField(result, PG_DIAG_MESSAGE_HINT);
    const char* context = CopyField(result, PG_DIAG_CONTEXT);
    const char* query = CopyField(result, PG_DIAG_INTERNAL_QUERY);
    const char* position = CopyField(result, PG_DIAG_INTERNAL_POSITION);
    struct {
        int field;
        const char* value;
    } names[] = {{PG_DIAG_SCHEMA_NAME, nullptr},
                 {PG_DIAG_TABLE_NAME, nullptr},
                 {PG_DIAG_COLUMN_NAME, nullptr},
                 {PG_DIAG_DATATYPE_NAME, nullptr},
                 {PG_DIAG_CONSTRAINT_NAME, nullptr}};
    for (auto& name : names) name.value = CopyField(result, name.field);
    PQclear(result);
    errstart(ERROR, TEXTDOMAIN);
    errcode(sqlstate ? sqlstate : ERRCODE_CONNECTION_FAILURE);
    errmsg_internal("%s", primary);
    if (detail) errdetail_internal("%s", detail);
    if (hint) errhint("%s", hint);
    if (context) set_errcontext_domain(TEXTDOMAIN), errcontext_msg("%s", context);
    set_errcontext_domain(TEXTDOMAIN);
    errcontext_msg("while executing a command on node %s", connection->label);
    if (query) internalerrquery(query);
    if (position) internalerrposition(atoi(position));
    for (const auto& name : names)
        if (name.value) err_generic_string(name.field, name.value);
    errfinish(__FILE__, __LINE__, __func__);
    pg_unreachable();
}

void RaiseLost(const Connection* connection) {
    ereport(ERROR, errcode(ERRCODE_CONNECTION_FAILURE),
            errmsg("connection to node %s was lost", connection->label),
            connection->lost_reason[0] ? errdetail_internal("%s", connection->lost_reason) : 0);
    pg_unreachable();
}

void InstallNoticeReceiver(Connection* connection) {
    PQsetNoticeReceiver(
        connection->libpq,
        [](void* c, const PGresult* result) {
            pg::Entry([&] { Receive(static_cast<Connection*>(c), result); });
        },
        connection);
}

void DropNotices(Connection* c) {
    while (Notice* notice = c->first_notice) {
        c->first_notice = notice->next;
        FreeNotice(notice);
    }
    c->last_notice = nullptr;
}

void ForwardNotices(Connection* c) {
    while (Notice* notice = c->first_notice) {
        c->first_notice = notice->next;
        if (notice->next == nullptr) c->last_notice = nullptr;
        ereport(notice->level, errcode(notice->sqlstate),
                errmsg_internal("%s", notice->primary ? notice->primary : ""),
                notice->detail ? errdetail_internal("%s", notice->detail) : 0,
                notice->hint ? errhint("%s", notice->hint) : 0,
                notice->context ? errcontext("%s", notice->context) : 0);
        FreeNotice(notice);
    }
}

}  // namespace pgspan::connection
