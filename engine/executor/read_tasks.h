// Tasks whose rows somebody reads outside of a plan, one task after the other: ANALYZE and the
// like.
#pragma once

#include "engine/executor/tasks.h"
#include "engine/pg/postgres.h"

namespace pgspan::executor {

// The types of the rows; all collations are the types' own.
struct RowTypes {
    List* types;    // OidList
    List* typmods;  // IntList
};

// Receives each row; values are valid until it returns.
using VisitRow = void (*)(void* visitor, int task, const Datum* values, const bool* nulls);

// Runs the tasks (reads) side by side and visits the rows of each in their order. Needs an active
// snapshot.
void ReadTaskRows(const TaskList& tasks, const RowTypes& types, VisitRow visit, void* visitor);

template <typename Visitor>
void ReadTasks(const TaskList& tasks, const RowTypes& types, Visitor&& visitor) {
    using Plain = std::remove_reference_t<Visitor>;
    ReadTaskRows(
        tasks, types,
        [](void* v, int task, const Datum* values, const bool* nulls) {
            (*static_cast<Plain*>(v))(task, values, nulls);
        },
        const_cast<void*>(static_cast<const void*>(&visitor)));
}

// The same for types without modifiers.
template <typename Visitor>
void ReadTasks(const TaskList& tasks, std::span<const Oid> types, Visitor&& visitor) {
    RowTypes rows = {};
    for (const Oid type : types) {
        rows.types = lappend_oid(rows.types, type);
        rows.typmods = lappend_int(rows.typmods, -1);
    }
    ReadTasks(tasks, rows, visitor);
}

}  // namespace pgspan::executor
