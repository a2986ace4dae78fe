#include "engine/metadata/origin_proof.h"

#include "engine/metadata/nodes.h"
#include "engine/pg/entry.h"

extern "C" {
#include "catalog/namespace.h"
#include "common/hmac.h"
#include "common/sha2.h"
#include "utils/guc.h"
}

namespace pgspan::metadata {

namespace {

constexpr int kChallengeBytes = 16;

char* challenge_setting = nullptr;  // never read: the hook shows the challenge
char challenge[2 * kChallengeBytes + 1];
bool proven = false;

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
        const char* group = GetConfigOption("pgspan.internal_session", true, false);
        if (!group || group[0] == '-') return "";
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

}  // namespace

void DefineOriginProof() {
    DefineCustomStringVariable(
        kChallengeSetting, "What another node proves to this session that it is one.", nullptr,
        &challenge_setting, "", PGC_INTERNAL,
        GUC_REPORT | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE | GUC_NO_SHOW_ALL | GUC_NO_RESET_ALL,
        nullptr, nullptr, ShowChallenge);
}

char* ProofFor(const char* other_challenge) {
    const char* secret = Secret();
    if (!secret) return nullptr;
    uint8 digest[PG_SHA256_DIGEST_LENGTH];
    pg_hmac_ctx* context = pg_hmac_create(PG_SHA256);
    const bool made =
        context &&
        pg_hmac_init(context, reinterpret_cast<const uint8*>(secret), strlen(secret)) >= 0 &&
        pg_hmac_update(context, reinterpret_cast<const uint8*>(other_challenge),
                       strlen(other_challenge)) >= 0 &&
        pg_hmac_final(context, digest, sizeof(digest)) >= 0;
    const char* reason = made || !context ? nullptr : pstrdup(pg_hmac_error(context));
    if (context) pg_hmac_free(context);
    if (!made)
        ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR),
                errmsg("could not compute a node's proof: %s", reason ? reason : "out of memory"));
    auto* text = static_cast<char*>(palloc(2 * sizeof(digest) + 1));
    WriteHex(digest, sizeof(digest), text);
    return text;
}

bool OriginIsProven() {
    return proven;
}

void TakeOriginAsProven() {
    if (challenge[0]) proven = true;
}

}  // namespace pgspan::metadata

// pgspan.prove_origin(proof): by another node, in a session that it has opened. False where the
// nodes do not share the secret yet.
PGSPAN_FUNCTION(pgspan_prove_origin) {
    using namespace pgspan;
    const char* given = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char* expected =
        metadata::challenge[0] ? metadata::ProofFor(metadata::challenge) : nullptr;
    if (expected && strlen(given) == strlen(expected)) {
        int difference = 0;  // all of it is looked at, so that the time says nothing
        for (size_t i = 0; i < strlen(expected); i++) difference |= given[i] ^ expected[i];
        if (difference == 0) metadata::proven = true;
    }
    PG_RETURN_BOOL(metadata::proven);
}
