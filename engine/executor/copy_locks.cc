#include "engine/executor/copy_locks.h"

#include "engine/executor/task_stream.h"
#include "engine/metadata/node_session.h"
#include "engine/pg/copy_lock.h"
#include "engine/pg/entry.h"

extern "C" {
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace pgspan::executor {

namespace {

using plan::CopyUse;

struct CopyLock {
    Oid relation;
    CopyUse use;
    const char* name;  // qualified
};

bool IsLocked(Oid relation, CopyUse use) {
    return pg::HasLockedCopy(relation, static_cast<LOCKMODE>(use)) ||
           pg::HasLockedCopy(relation, static_cast<LOCKMODE>(CopyUse::kChange));
}

const char* QualifiedName(Oid relation) {
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)),
                                      get_rel_name(relation));
}

int ByName(const void* a, const void* b) {
    return strcmp(static_cast<const CopyLock*>(a)->name, static_cast<const CopyLock*>(b)->name);
}

// Of what is not locked yet, in an order that is the same on every node.
std::span<CopyLock> Missing(const List* relations, const List* uses) {
    auto* locks = static_cast<CopyLock*>(palloc(sizeof(CopyLock) * (list_length(relations) + 1)));
    size_t count = 0;
    for (int i = 0; i < list_length(relations); i++) {
        const Oid relation = list_nth_oid(relations, i);
        const auto use = static_cast<CopyUse>(list_nth_int(uses, i));
        if (!IsLocked(relation, use)) locks[count++] = {relation, use, QualifiedName(relation)};
    }
    qsort(locks, count, sizeof(CopyLock), ByName);
    return {locks, count};
}

const char* LockSql(std::span<const CopyLock> locks) {
    StringInfoData sql;
    initStringInfo(&sql);
    const char* separator = "SELECT ";
    for (const CopyLock& lock : locks) {
        appendStringInfo(&sql, "%spgspan.lock_copy(%s, %d)", separator,
                         quote_literal_cstr(lock.name), static_cast<int>(lock.use));
        separator = ", ";
    }
    return sql.data;
}

void LockOn(const TaskList& list, std::span<const CopyLock> locks) {
    TaskList others;
    others.tasks = static_cast<Task*>(palloc(sizeof(Task) * (list.count + 1)));
    bool here = false;
    for (int i = 0; i < list.count; i++) {
        if (list.tasks[i].is_local)
            here = true;
        else
            others.tasks[others.count++] = list.tasks[i];
    }
    TaskOptions options;
    options.access = transaction::Access::kWrite;
    options.prepare = false;
    TaskStream* streams = StartTasks(others, {}, options);
    for (const CopyLock& lock : locks)
        if (here) pg::LockCopy(lock.relation, static_cast<LOCKMODE>(lock.use));
    for (int i = 0; i < others.count; i++) {
        Drain(&streams[i]);
        CloseStream(&streams[i]);
    }
}

bool MayLock(Oid relation) {
    constexpr AclMode kWrites = ACL_INSERT | ACL_UPDATE | ACL_DELETE;
    return metadata::IsInternalSession() ||
           pg_class_aclmask(relation, GetUserId(), kWrites, ACLMASK_ANY) != 0;
}

}  // namespace

void LockCopies(const List* relations, const List* uses) {
    const std::span<CopyLock> locks = Missing(relations, uses);
    if (locks.empty()) return;
    const TaskList tasks = MakeReferenceTasks(LockSql(locks));
    LockOn({1, tasks.tasks}, locks);
    LockOn({tasks.count - 1, tasks.tasks + 1}, locks);
}

void LockCopies(Oid relation, CopyUse use) {
    LockCopies(list_make1_oid(relation), list_make1_int(static_cast<int>(use)));
}

}  // namespace pgspan::executor

PGSPAN_FUNCTION(pgspan_lock_copy) {
    using pgspan::plan::CopyUse;
    const Oid relation = PG_GETARG_OID(0);
    const auto use = static_cast<CopyUse>(PG_GETARG_INT32(1));
    if (use != CopyUse::kRead && use != CopyUse::kInsert && use != CopyUse::kChange)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("%d is not a use of a reference table's copy", PG_GETARG_INT32(1)));
    if (!pgspan::executor::MayLock(relation))
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relation));
    pgspan::pg::LockCopy(relation, static_cast<LOCKMODE>(use));
    PG_RETURN_BOOL(true);
}
