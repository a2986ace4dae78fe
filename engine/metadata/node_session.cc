#include "engine/metadata/node_session.h"

#include "engine/metadata/nodes.h"
#include "engine/pg/entry.h"
#include "engine/pg/session_roles.h"

extern "C" {
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "common/hmac.h"
#include "common/sha2.h"
}

namespace pgspan::metadata {

namespace {

constexpr int kChallengeBytes = 16;

int internal_session = kOrdinarySession;
char* challenge_setting = nullptr;  // never read: the hook shows the challenge
char challenge[2 * kChallengeBytes + 1];
int last_number = 0;  // of a proof

void WriteHex(const uint8* bytes, int count, char* text) {
    constexpr char kDigits[] = "0123456789abcdef";
    for (int i = 0; i < count; i++) {
        *text++ = kDigits[bytes[i] >> 4];
        *text++ = kDigits[bytes[i] & 15];
    }
    *text = '\0';
}

// Drawn when it is first reported, at the start of the session.
const char* ShowChallenge() {
    return pg::Entry([] {
        if (internal_session == kOrdinarySession) return "";
        if (challenge[0] == '\0') {
            uint8 bytes[kChallengeBytes];
            if (!pg_strong_random(bytes, sizeof(bytes)))
                ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR),
                        errmsg("could not generate a random number"));
            WriteHex(bytes, kChallengeBytes, challenge);
        }
        return static_cast<const char*>(challenge);
    });
}

// Read without the right to read: it is for nobody's eyes.
char* Secret() {
    if (!ExtensionIsReady()) return nullptr;
    const Oid oid = get_relname_relid("cluster_secret", get_namespace_oid("pgspan", false));
    if (!OidIsValid(oid)) return nullptr;
    char* secret = nullptr;
    const Relation relation = table_open(oid, AccessShareLock);
    const SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, nullptr, 0, nullptr);
    const HeapTuple tuple = systable_getnext(scan);
    if (HeapTupleIsValid(tuple)) {
        bool is_null = false;
        const Datum value = heap_getattr(tuple, 1, RelationGetDescr(relation), &is_null);
        secret = TextDatumGetCString(value);
    }
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
    return secret;
}

// In a session of a node the one who has logged in stands for whoever it acts for.
bool MayBecome(Oid role) {
    return internal_session == kOrdinarySession || role == GetSessionUserId() ||
           superuser_arg(GetSessionUserId());
}

bool IsProven(const char* given, int number, const char* session_user, const char* role,
              bool as_replica) {
    if (challenge[0] == '\0' || number <= last_number) return false;
    const char* expected = ProofFor(challenge, number, session_user, role, as_replica);
    if (!expected || strlen(given) != strlen(expected)) return false;
    int difference = 0;  // all of it is looked at, so that the time says nothing
    for (size_t i = 0; i < strlen(expected); i++) difference |= given[i] ^ expected[i];
    if (difference == 0) last_number = number;
    return difference == 0;
}

}  // namespace

void DefineNodeSession() {
    DefineCustomIntVariable(
        kSessionSetting, "Group of the node whose statement this session runs a part of, or -1.",
        "Set by the engine on connections between nodes.", &internal_session, kOrdinarySession,
        kUserCommands, PG_INT32_MAX, PGC_SU_BACKEND,
        GUC_NOT_IN_SAMPLE | GUC_NO_SHOW_ALL | GUC_DISALLOW_IN_FILE, nullptr, nullptr, nullptr);
    DefineCustomStringVariable(
        kChallengeSetting, "What another node answers to take other roles in this session.",
        nullptr, &challenge_setting, "", PGC_INTERNAL,
        GUC_REPORT | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE | GUC_NO_SHOW_ALL | GUC_NO_RESET_ALL,
        nullptr, nullptr, ShowChallenge);
    pg::GuardSessionAuthorization(MayBecome);
}

bool IsInternalSession() {
    return internal_session >= 0;
}

char* ProofFor(const char* other_challenge, int number, const char* session_user, const char* role,
               bool as_replica) {
    const char* secret = Secret();
    if (!secret) return nullptr;
    const char* text = psprintf("%s %d%s %zu %s %s", other_challenge, number, as_replica ? "r" : "",
                                strlen(session_user), session_user, role);
    uint8 digest[PG_SHA256_DIGEST_LENGTH];
    pg_hmac_ctx* context = pg_hmac_create(PG_SHA256);
    const bool made =
        context &&
        pg_hmac_init(context, reinterpret_cast<const uint8*>(secret), strlen(secret)) >= 0 &&
        pg_hmac_update(context, reinterpret_cast<const uint8*>(text), strlen(text)) >= 0 &&
        pg_hmac_final(context, digest, sizeof(digest)) >= 0;
    const char* reason = made || !context ? nullptr : pstrdup(pg_hmac_error(context));
    if (context) pg_hmac_free(context);
    if (!made)
        ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR),
                errmsg("could not compute a node's proof: %s", reason ? reason : "out of memory"));
    auto* proof = static_cast<char*>(palloc(2 * sizeof(digest) + 1));
    WriteHex(digest, sizeof(digest), proof);
    return proof;
}

}  // namespace pgspan::metadata

// pgspan.act_for(session_user, role, number, proof, as_replica): by the node that has opened this
// session.
PGSPAN_FUNCTION(pgspan_act_for) {
    using namespace pgspan;
    const char* session_user = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char* role = text_to_cstring(PG_GETARG_TEXT_PP(1));
    const char* proof = text_to_cstring(PG_GETARG_TEXT_PP(3));
    const bool as_replica = PG_GETARG_BOOL(4);
    if (metadata::internal_session == metadata::kOrdinarySession)
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("only sessions of other nodes can act for roles"));
    if (!metadata::IsProven(proof, PG_GETARG_INT32(2), session_user, role, as_replica) &&
        !superuser_arg(GetSessionUserId()))
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("permission denied to act for role \"%s\"", role),
                errdetail("The session has not proven to be opened by a node of this cluster."));
    pg::TakeRoles(session_user, role);
    if (as_replica != (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA))
        SetConfigOption("session_replication_role", as_replica ? "replica" : "origin", PGC_SUSET,
                        PGC_S_SESSION);
    PG_RETURN_VOID();
}
