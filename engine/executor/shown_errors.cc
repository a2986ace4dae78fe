#include "engine/executor/shown_errors.h"

#include "engine/pg/list.h"

extern "C" {
#include "executor/executor.h"
}

namespace pgspan::executor {

namespace {

ExecutorRun_hook_type next_run = nullptr;
ExecutorFinish_hook_type next_finish = nullptr;

// What only reads names no relation in its errors.
bool NamesRelations(const QueryDesc* query) {
    return query->operation != CMD_SELECT || query->plannedstmt->rowMarks != NIL ||
           query->plannedstmt->hasModifyingCTE;
}

List* RelationsOf(const QueryDesc* query) {
    List* relations = NIL;
    for (auto* entry : pg::Each<RangeTblEntry>(query->plannedstmt->rtable))
        if (entry->rtekind == RTE_RELATION) relations = lappend_oid(relations, entry->relid);
    return relations;
}

template <typename Body>
void Watch(const QueryDesc* query, Body&& body) {
    pg::Entry([&] {
        if (NamesRelations(query))
            WithUsersNames(body, [&] { return RelationsOf(query); });
        else
            body();
    });
}

void RunHook(QueryDesc* query, ScanDirection direction, uint64 count, bool execute_once) {
    Watch(query, [&] {
        const auto run = next_run ? next_run : standard_ExecutorRun;
        run(query, direction, count, execute_once);
    });
}

void FinishHook(QueryDesc* query) {
    Watch(query, [&] {
        const auto finish = next_finish ? next_finish : standard_ExecutorFinish;
        finish(query);
    });
}

}  // namespace

void InstallShownErrors() {
    next_run = ExecutorRun_hook;
    ExecutorRun_hook = RunHook;
    next_finish = ExecutorFinish_hook;
    ExecutorFinish_hook = FinishHook;
}

}  // namespace pgspan::executor
