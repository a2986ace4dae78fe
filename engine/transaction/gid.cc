#include "engine/transaction/gid.h"

namespace pgspan::transaction {

void FormatGid(const Gid& gid, char* text) {
    snprintf(text, kGidSize, "pgspan_%d_%llu_%llu_%d_%d_%d", gid.origin,
             static_cast<unsigned long long>(gid.xid), static_cast<unsigned long long>(gid.number),
             gid.pid, gid.holder, gid.decider);
}

bool ParseGid(const char* text, Gid* gid) {
    unsigned long long xid = 0;
    unsigned long long number = 0;
    int length = 0;
    if (sscanf(text, "pgspan_%d_%llu_%llu_%d_%d_%d%n", &gid->origin, &xid, &number, &gid->pid,
               &gid->holder, &gid->decider, &length) != 6)
        return false;
    gid->xid = xid;
    gid->number = number;
    return text[length] == '\0';
}

uint64 NextPartNumber() {
    uint64 number = 0;
    if (!pg_strong_random(&number, sizeof(number)))
        ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR),
                errmsg("could not generate a random number for the name of a transaction"));
    return number;
}

}  // namespace pgspan::transaction
