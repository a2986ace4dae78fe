// A utility statement on its way through the hook: everything that PostgreSQL hands to
// ProcessUtility_hook.
//
// The hook marks the tree read-only, so that a handler may still read it after RunStandard.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "tcop/utility.h"
}

namespace pgspan::ddl {

struct Statement {
    PlannedStmt* planned;
    const char* source;  // the whole string of statements
    bool read_only_tree;
    ProcessUtilityContext context;
    ParamListInfo parameters;
    QueryEnvironment* environment;
    DestReceiver* receiver;
    QueryCompletion* completion;

    template <typename T>
    [[nodiscard]] T* Tree() const {
        return reinterpret_cast<T*>(planned->utilityStmt);
    }
    [[nodiscard]] bool IsTopLevel() const { return context == PROCESS_UTILITY_TOPLEVEL; }
    // The text of this statement alone, palloc'd.
    [[nodiscard]] char* Text() const;
};

// What would have happened without this room: the next hook, or PostgreSQL.
void RunStandard(const Statement& statement);
// The same with another tree in place of the statement's.
void RunStandardWith(const Statement& statement, Node* tree);

}  // namespace pgspan::ddl
