#include "engine/executor/exchange.h"

#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"
#include "engine/plan/distributed_plan.h"

namespace pgspan::executor {

namespace {

// Files that go with the memory of the transaction. That is there until a failed transaction block
// has been rolled back: the other nodes can still read what they are to have, and fail with their
// own errors alone.
struct KeptFiles {
    FileSet files;
    MemoryContextCallback at_end;
};

void DeleteFiles(void* kept) {
    HOLD_INTERRUPTS();
    FileSetDeleteAll(&static_cast<KeptFiles*>(kept)->files);
    RESUME_INTERRUPTS();
}

[[noreturn]] void RaiseNoHandle(const char* text) {
    ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
            errmsg("\"%s\" is no handle of rows kept on a node", text));
    pg_unreachable();
}

// The number before `end`, which *at moves behind.
uint32 TakeNumber(const char** at, char end, const char* text) {
    char* stop = nullptr;
    errno = 0;
    const unsigned long number = strtoul(*at, &stop, 10);
    if (stop == *at || *stop != end || errno != 0 || number > PG_UINT32_MAX ||
        !isdigit(static_cast<unsigned char>(**at)))
        RaiseNoHandle(text);
    *at = stop + 1;
    return static_cast<uint32>(number);
}

}  // namespace

char* FormatHandle(const ExchangeHandle& handle) {
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, "%d:%d:%u:%d:", handle.group_id,
                     static_cast<int>(handle.files.creator_pid), handle.files.number,
                     handle.files.ntablespaces);
    for (int i = 0; i < handle.files.ntablespaces; i++)
        appendStringInfo(&text, "%u:", handle.files.tablespaces[i]);
    appendStringInfoString(&text, handle.secret);
    return text.data;
}

ExchangeHandle ParseHandle(const char* text) {
    ExchangeHandle handle = {};
    const char* at = text;
    handle.group_id = static_cast<int32>(TakeNumber(&at, ':', text));
    handle.files.creator_pid = static_cast<pid_t>(TakeNumber(&at, ':', text));
    handle.files.number = TakeNumber(&at, ':', text);
    const uint32 count = TakeNumber(&at, ':', text);
    if (count < 1 || count > lengthof(handle.files.tablespaces)) RaiseNoHandle(text);
    handle.files.ntablespaces = static_cast<int>(count);
    for (uint32 i = 0; i < count; i++) handle.files.tablespaces[i] = TakeNumber(&at, ':', text);
    constexpr size_t kLength = sizeof(handle.secret) - 1;
    if (strlen(at) != kLength || strspn(at, "0123456789abcdef") != kLength) RaiseNoHandle(text);
    strlcpy(handle.secret, at, sizeof(handle.secret));
    return handle;
}

ExchangeHandle MakeHandle() {
    ExchangeHandle handle = {};
    handle.group_id = metadata::LocalGroup();
    unsigned char random[16];
    if (!pg_strong_random(random, sizeof(random)))
        ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR),
                errmsg("could not generate random bits for a temporary file"));
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(handle.secret + 2 * i, 3, "%02x", random[i]);
    FileSetInit(&handle.files);
    auto* kept =
        static_cast<KeptFiles*>(MemoryContextAlloc(TopTransactionContext, sizeof(KeptFiles)));
    kept->files = handle.files;
    kept->at_end = {DeleteFiles, kept, nullptr};
    MemoryContextRegisterResetCallback(TopTransactionContext, &kept->at_end);
    return handle;
}

char* FileFor(const ExchangeHandle& handle, int32 group_id) {
    return psprintf("%s.%d", handle.secret, group_id);
}

namespace {

Gathering* FindOrAdd(List** gatherings, int32 group_id) {
    for (auto* known : pg::Each<Gathering>(*gatherings))
        if (known->group_id == group_id) return known;
    auto* gathering = static_cast<Gathering*>(palloc(sizeof(Gathering)));
    gathering->group_id = group_id;
    gathering->rows = 0;
    initStringInfo(&gathering->handles);
    *gatherings = lappend(*gatherings, gathering);
    return gathering;
}

// "handle group=rows group=rows …"
void Note(char* scattered, List** gatherings) {
    char* rest = nullptr;
    const char* handle = strtok_r(scattered, " ", &rest);
    while (char* word = strtok_r(nullptr, " ", &rest)) {
        char* rows = strchr(word, '=');
        if (rows == nullptr) elog(ERROR, "a node has answered \"%s\" for rows that it keeps", word);
        Gathering* gathering = FindOrAdd(gatherings, pg_strtoint32(pnstrdup(word, rows - word)));
        gathering->rows += atof(rows + 1);
        appendStringInfo(&gathering->handles, "%s%s", gathering->handles.len > 0 ? " " : "",
                         handle);
    }
}

}  // namespace

List* RunScatter(PlanState* plan) {
    List* gatherings = NIL;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        // What the plan makes may outlive this run.
        const MemoryContext outer = MemoryContextSwitchTo(plan->state->es_query_cxt);
        TupleTableSlot* slot = ExecProcNode(plan);
        MemoryContextSwitchTo(outer);
        if (TupIsNull(slot)) return gatherings;
        bool is_null = false;
        const Datum scattered = slot_getattr(slot, 1, &is_null);
        if (!is_null) Note(TextDatumGetCString(scattered), &gatherings);
    }
}

void SetGathering(const Gathering& gathering, bool once, Parameter* parameters) {
    parameters[0].value = PointerGetDatum(cstring_to_text(gathering.handles.data));
    parameters[1].value = Int32GetDatum(gathering.group_id);
    parameters[2].value = Float8GetDatum(gathering.rows);
    parameters[3].value = BoolGetDatum(once);
    for (size_t i = 0; i < lengthof(plan::kGatherTypes); i++) parameters[i].is_null = false;
}

ChunkReader OpenChunks(const ExchangeHandle& handle, int32 group_id, bool once) {
    ChunkReader reader = {handle, FileFor(handle, group_id), nullptr, once};
    reader.file = BufFileOpenFileSet(&reader.handle.files, reader.name, O_RDONLY, true);
    if (reader.file == nullptr)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("this node keeps no rows for group %d", group_id),
                errdetail("They have been handed over already, or the transaction that computed "
                          "them is over."));
    return reader;
}

bytea* NextChunk(ChunkReader* reader) {
    uint32 length = 0;
    const size_t read = BufFileRead(reader->file, &length, sizeof(length));
    if (read == 0) {
        BufFileClose(reader->file);
        if (reader->once) BufFileDeleteFileSet(&reader->handle.files, reader->name, false);
        return nullptr;
    }
    auto* chunk = static_cast<bytea*>(palloc(length + VARHDRSZ + 1));
    SET_VARSIZE(chunk, length + VARHDRSZ);
    if (read != sizeof(length) || BufFileRead(reader->file, VARDATA(chunk), length) != length)
        ereport(ERROR, errcode_for_file_access(),
                errmsg("the rows kept for another node end before their end"));
    return chunk;
}

}  // namespace pgspan::executor
