#include "engine/pg/client_protocol.h"

extern "C" {
#include "access/xact.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "utils/portal.h"

// libpq/libpq.h would want Kerberos' headers.
#if PG_VERSION_NUM >= 170000
extern ssize_t pq_buffer_remaining_data(void);
#else
extern bool pq_buffer_has_data(void);
#endif
extern int pq_peekbyte(void);
extern void pq_startmsgread(void);
extern void pq_endmsgread(void);
}

namespace pgspan::pg {

namespace {

constexpr int kSyncMessage = 'S';

bool HasBufferedInput() {
#if PG_VERSION_NUM >= 170000
    return pq_buffer_remaining_data() > 0;
#else
    return pq_buffer_has_data();
#endif
}

// Does not wait: a Sync that is still on its way counts as none.
bool SyncIsNext() {
    if (!HasBufferedInput()) return false;
    pq_startmsgread();
    const int next = pq_peekbyte();
    pq_endmsgread();
    return next == kSyncMessage;
}

}  // namespace

bool IsAloneUntilCommit(const PlannedStmt* statement) {
    if (whereToSendOutput != DestRemote || ActivePortal == nullptr) return false;
    if (ActivePortal->name[0] != '\0' || list_length(ActivePortal->stmts) != 1 ||
        linitial(ActivePortal->stmts) != statement)
        return false;
    // An Execute before this one belongs to the same transaction.
    if ((MyXactFlags & XACT_FLAGS_PIPELINING) != 0) return false;
    // Only the simple protocol hides its portal; several statements in one query are a transaction
    // block.
    return !ActivePortal->visible || SyncIsNext();
}

}  // namespace pgspan::pg
