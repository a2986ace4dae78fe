#include "engine/connection/conninfo.h"

#include "engine/connection/connection_state.h"
#include "engine/connection/roles.h"
#include "engine/metadata/node_session.h"
#include "engine/pg/entry.h"

extern "C" {
#include "commands/dbcommands.h"
#include "mb/pg_wchar.h"
}

namespace pgspan::connection {

namespace {

// What the engine decides itself.
constexpr const char* kFixedKeywords[] = {"host",
                                          "hostaddr",
                                          "port",
                                          "dbname",
                                          "user",
                                          "client_encoding",
                                          "service",
                                          "application_name",
                                          "fallback_application_name",
                                          "replication"};

bool IsFixed(const char* keyword) {
    return std::any_of(std::begin(kFixedKeywords), std::end(kFixedKeywords),
                       [&](const char* fixed) { return strcmp(fixed, keyword) == 0; });
}

// Adds the options of a connection string. Returns nullptr, or a palloc'd reason why it cannot be
// used.
const char* AddConninfo(ConnectOptions* options, const char* conninfo) {
    char* message = nullptr;
    PQconninfoOption* parsed = PQconninfoParse(conninfo, &message);
    if (parsed == nullptr) {
        const char* reason = pstrdup(message ? message : "out of memory");
        PQfreemem(message);
        return reason;
    }
    const char* reason = nullptr;
    for (const PQconninfoOption* option = parsed; option->keyword; option++) {
        if (option->val == nullptr || option->val[0] == '\0') continue;
        if (IsFixed(option->keyword)) {
            reason = psprintf("\"%s\" cannot be set here", option->keyword);
            break;
        }
        options->Set(pstrdup(option->keyword), pstrdup(option->val));
    }
    PQconninfoFree(parsed);
    return reason;
}

// Read without the right to read: passwords are not for everybody's eyes.
void AddAuthInfo(ConnectOptions* options, int32 node_id, const char* role) {
    if (!metadata::ExtensionIsReady()) return;
    const Oid schema = get_namespace_oid("pgspan", true);
    const Oid oid = OidIsValid(schema) ? get_relname_relid("auth_info", schema) : InvalidOid;
    if (!OidIsValid(oid)) return;
    const char* for_all = nullptr;
    const char* for_node = nullptr;
    const Relation relation = table_open(oid, AccessShareLock);
    const SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, nullptr, 0, nullptr);
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple);
         tuple = systable_getnext(scan)) {
        Datum values[3];
        bool nulls[3];
        heap_deform_tuple(tuple, RelationGetDescr(relation), values, nulls);
        const int32 row_node = DatumGetInt32(values[0]);
        if (strcmp(NameStr(*DatumGetName(values[1])), role) != 0) continue;
        if (row_node == 0) for_all = TextDatumGetCString(values[2]);
        if (row_node != 0 && row_node == node_id) for_node = TextDatumGetCString(values[2]);
    }
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    for (const char* info : {for_all, for_node}) {
        const char* reason = info ? AddConninfo(options, info) : nullptr;
        if (reason)
            ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("invalid connection options for role \"%s\" in pgspan.auth_info", role),
                    errdetail_internal("%s", reason));
    }
}

const char* ValueOf(const ConnectOptions* options, const char* keyword) {
    for (int i = 0; i < options->count; i++)
        if (strcmp(options->keywords[i], keyword) == 0) return options->values[i];
    return nullptr;
}

}  // namespace

void ConnectOptions::Set(const char* keyword, const char* value) {
    int i = 0;
    while (i < count && strcmp(keywords[i], keyword) != 0) i++;
    if (i == kCapacity) elog(ERROR, "too many connection options");
    keywords[i] = keyword;
    values[i] = value;
    if (i == count) count++;
    keywords[count] = nullptr;
    values[count] = nullptr;
}

void BuildConnectOptions(ConnectOptions* options, int32 node_id, const char* host, int32 port,
                         const char* dbname, Purpose purpose) {
    options->count = 0;
    // A host that died without a word is noticed within half a minute; pgspan.node_conninfo may say
    // otherwise.
    options->Set("keepalives_idle", "10");
    options->Set("keepalives_interval", "5");
    options->Set("keepalives_count", "3");
    options->Set("tcp_user_timeout", "25000");
    const char* reason =
        node_conninfo && node_conninfo[0] ? AddConninfo(options, node_conninfo) : nullptr;
    if (reason)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("invalid value for parameter \"%s\"", "pgspan.node_conninfo"),
                errdetail_internal("%s", reason));
    const char* login = GetUserNameFromId(kLogin, false);
    AddAuthInfo(options, node_id, login);

    const int32 local_group = metadata::ExtensionIsReady() ? metadata::LocalGroup() : 0;
    const int session = purpose == Purpose::kUserCommands ? metadata::kUserCommands : local_group;
    const char* extra = ValueOf(options, "options");
    options->Set("options",
                 psprintf("-c client_connection_check_interval=2s %s -c row_security=on -c %s=%d",
                          extra ? extra : "", metadata::kSessionSetting, session));
    options->Set("host", host);
    options->Set("port", psprintf("%d", port));
    options->Set("dbname", dbname ? dbname : get_database_name(MyDatabaseId));
    options->Set("user", login);
    options->Set("client_encoding", GetDatabaseEncodingName());
    options->Set("application_name", psprintf("pgspan group=%d pid=%d", local_group, MyProcPid));
}

bool CheckNodeConninfo(char** value, void** /*extra*/, GucSource /*source*/) {
    return pg::Entry([&] {
        if (*value == nullptr || (*value)[0] == '\0') return true;
        ConnectOptions options;
        options.count = 0;
        const char* reason = AddConninfo(&options, *value);
        if (reason) GUC_check_errdetail("%s", reason);
        return reason == nullptr;
    });
}

}  // namespace pgspan::connection
