#include "engine/executor/statement_reads.h"

extern "C" {
#include "tcop/pquery.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"
}

namespace pgspan::executor {

namespace {

struct Read {
    Read* next;
    RemoteScanState* scan;
    ResourceOwner owner;  // of its statement
    Portal portal;        // in which it began: its own, or that of a caller
    MemoryContextCallback forget;
};

struct Writing {
    Writing* next;
    EState* estate;
    MemoryContextCallback forget;
};

Read* reads = nullptr;
Writing* writings = nullptr;

template <typename T>
void Unlink(T** list, const void* item) {
    for (T** link = list; *link; link = &(*link)->next) {
        if (*link != item) continue;
        *link = (*link)->next;
        return;
    }
}

bool HasWritten(const EState* estate) {
    for (const Writing* writing = writings; writing; writing = writing->next)
        if (writing->estate == estate) return true;
    return false;
}

void RememberWriting(EState* estate) {
    if (HasWritten(estate)) return;
    auto* writing =
        static_cast<Writing*>(MemoryContextAllocZero(estate->es_query_cxt, sizeof(Writing)));
    writing->estate = estate;
    writing->forget.func = [](void* item) { Unlink(&writings, item); };
    writing->forget.arg = writing;
    MemoryContextRegisterResetCallback(estate->es_query_cxt, &writing->forget);
    writing->next = writings;
    writings = writing;
}

}  // namespace

void RegisterRead(RemoteScanState* scan) {
    const MemoryContext memory = scan->scan.ss.ps.state->es_query_cxt;
    auto* read = static_cast<Read*>(MemoryContextAllocZero(memory, sizeof(Read)));
    read->scan = scan;
    read->owner = CurrentResourceOwner;
    read->portal = ActivePortal;
    read->forget.func = [](void* item) { Unlink(&reads, item); };
    read->forget.arg = read;
    MemoryContextRegisterResetCallback(memory, &read->forget);
    read->next = reads;
    reads = read;
}

void ForgetRead(RemoteScanState* scan) {
    for (Read* read = reads; read; read = read->next)
        if (read->scan == scan) read->scan = nullptr;
}

void StartReads(EState* estate) {
    if (!HasWritten(estate))
        for (Read* read = reads; read; read = read->next)
            if (read->scan && read->scan->scan.ss.ps.state == estate) StartEarly(read->scan);
    RememberWriting(estate);
}

namespace {

// A cursor that nobody fetches from right now. The parts of other statements may be running,
// further up the stack.
bool IsIdle(const Read* read) {
    return read->portal != nullptr && read->portal->status == PORTAL_READY &&
           read->portal->queryDesc != nullptr &&
           read->portal->queryDesc->estate == read->scan->scan.ss.ps.state;
}

bool MayStartNow(const Read* read) {
    return read->scan != nullptr && !read->scan->plan.modifies && MayStartEarly(read->scan) &&
           (read->scan->scan.custom_ps == NIL || IsIdle(read));
}

// As its own statement would start it, whichever runs now.
void StartAsItsStatement(const Read* read) {
    const ResourceOwner owner = CurrentResourceOwner;
    CurrentResourceOwner = read->owner;
    PushActiveSnapshot(read->scan->scan.ss.ps.state->es_snapshot);
    StartEarly(read->scan);
    PopActiveSnapshot();
    CurrentResourceOwner = owner;
}

}  // namespace

void StartOpenReads() {
    for (Read* read = reads; read; read = read->next)
        if (MayStartNow(read)) StartAsItsStatement(read);
}

void CheckReadInTime(const RemoteScanState* scan) {
    if (scan->plan.command != CMD_SELECT || !HasWritten(scan->scan.ss.ps.state)) return;
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("pgspan does not support a read of distributed tables that depends on rows of "
                   "a write in the same statement yet"),
            errhint("Run the write and the read as two statements of one transaction."));
}

}  // namespace pgspan::executor
