#include "engine/executor/statement_reads.h"

#include "engine/pg/list.h"

extern "C" {
#include "access/table.h"
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
    bool has_written;
    List* meanwhile;  // OidList: tables that other statements have written since
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

Writing* FindWriting(const EState* estate) {
    for (Writing* writing = writings; writing; writing = writing->next)
        if (writing->estate == estate) return writing;
    return nullptr;
}

bool HasWritten(const EState* estate) {
    const Writing* writing = FindWriting(estate);
    return writing && writing->has_written;
}

Writing* FindOrAddWriting(EState* estate) {
    if (Writing* known = FindWriting(estate)) return known;
    auto* writing =
        static_cast<Writing*>(MemoryContextAllocZero(estate->es_query_cxt, sizeof(Writing)));
    writing->estate = estate;
    writing->forget.func = [](void* item) { Unlink(&writings, item); };
    writing->forget.arg = writing;
    MemoryContextRegisterResetCallback(estate->es_query_cxt, &writing->forget);
    writing->next = writings;
    writings = writing;
    return writing;
}

// Nothing but what a statement writes is locked so.
bool IsTarget(const RangeTblEntry* entry) {
    return entry->rtekind == RTE_RELATION && entry->rellockmode == RowExclusiveLock;
}

List* WrittenBy(const EState* estate) {
    List* relations = NIL;
    for (auto* entry : pg::Each<RangeTblEntry>(estate->es_range_table))
        if (IsTarget(entry)) relations = list_append_unique_oid(relations, entry->relid);
    return relations;
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
    FindOrAddWriting(estate)->has_written = true;
}

namespace {

// A cursor that nobody fetches from right now. The parts of other statements may be running,
// further up the stack.
bool IsIdle(const Read* read) {
    return read->portal != nullptr && read->portal->status == PORTAL_READY &&
           read->portal->queryDesc != nullptr &&
           read->portal->queryDesc->estate == read->scan->scan.ss.ps.state;
}

bool HasForeignKeys(Oid table) {
    const Relation relation = table_open(table, NoLock);
    const bool has = RelationGetFKeyList(relation) != NIL;
    table_close(relation, NoLock);
    return has;
}

// True if a write of the target may change what the scan reads: itself, or by a foreign key's
// action.
bool MayChange(Oid target, const RemoteScanState* scan) {
    for (const Oid relation : pg::EachOid(scan->plan.relations))
        if (relation == target || HasForeignKeys(relation)) return true;
    return false;
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

void StartOpenReads(Oid target) {
    for (Read* read = reads; read; read = read->next)
        if (MayStartNow(read) && MayChange(target, read->scan)) StartAsItsStatement(read);
}

void StartOpenReads(const EState* writer) {
    if (!reads) return;
    for (auto* entry : pg::Each<RangeTblEntry>(writer->es_range_table))
        if (IsTarget(entry)) StartOpenReads(entry->relid);
}

void CheckReadInTime(const RemoteScanState* scan) {
    if (scan->plan.command != CMD_SELECT || !HasWritten(scan->scan.ss.ps.state)) return;
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("pgspan does not support a read of distributed tables that depends on rows of "
                   "a write in the same statement yet"),
            errhint("Run the write and the read as two statements of one transaction."));
}

void WatchWrites(EState* estate) {
    FindOrAddWriting(estate);
}

void NoteWrite(const EState* estate) {
    for (Writing* writing = writings; writing; writing = writing->next) {
        if (writing->estate == estate) continue;
        const MemoryContext outer = MemoryContextSwitchTo(writing->estate->es_query_cxt);
        writing->meanwhile = list_concat_unique_oid(writing->meanwhile, WrittenBy(estate));
        MemoryContextSwitchTo(outer);
    }
}

bool WrittenMeanwhile(const EState* estate, Oid relation) {
    const Writing* writing = FindWriting(estate);
    if (!writing) return false;
    return OidIsValid(relation) ? list_member_oid(writing->meanwhile, relation)
                                : writing->meanwhile != NIL;
}

bool MayBeChangedMeanwhile(const EState* estate, Oid relation) {
    return WrittenMeanwhile(estate, relation) ||
           (WrittenMeanwhile(estate, InvalidOid) && HasForeignKeys(relation));
}

void CheckNotWritten(const RemoteScanState* scan) {
    if (scan->plan.command != CMD_SELECT) return;
    for (const Oid relation : pg::EachOid(scan->plan.relations))
        if (WrittenMeanwhile(scan->scan.ss.ps.state, relation)) RefuseWrittenMeanwhile(relation);
}

void CheckNotWritten(const plan::InsertPlan& plan, const EState* estate) {
    if (plan.single_batch && WrittenMeanwhile(estate, plan.relation))
        RefuseWrittenMeanwhile(plan.relation);
}

void RefuseWrittenMeanwhile(Oid relation) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("functions in a statement that write table \"%s\", which the statement writes "
                   "or reads, are not supported here",
                   get_rel_name(relation)),
            errhint("Call the function in a statement of its own."));
    pg_unreachable();
}

}  // namespace pgspan::executor
