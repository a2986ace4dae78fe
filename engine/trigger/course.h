// The course of a statement: which tables it has written so far, what is to be fired for them
// AFTER, and in which order. It follows PostgreSQL's queue of a query: what is queued while the
// queue fires comes at its end, and what BEFORE and AFTER STATEMENT and transition tables refer to
// is one command on one table, whether the statement itself does it or a foreign key. Private to
// this room.
#pragma once

#include "engine/trigger/firing_state.h"

namespace pgspan::trigger {

// What a command has done to a table. Once a trigger has seen its transition tables these stay as
// they are, and what follows is as if it were another statement's.
struct TableCommand {
    TableCommand* next;
    Oid relation;
    CmdType command;
    bool seen;
    bool begun;       // BEFORE STATEMENT has been fired
    Turn* completed;  // the last AFTER STATEMENT that was queued
    // REFERENCING OLD TABLE and NEW TABLE; nullptr where no trigger asks for them.
    Tuplestorestate* old_rows;
    Tuplestorestate* new_rows;
};

struct Turn {
    Turn* next;
    Firing* firing;
    int64
        rows;  // so many of its row events, on from where its turn before ended; 0: AFTER STATEMENT
    TableCommand* statement;
    uint64 fires;  // bit i: trigger i is to be fired for the statement
    bool cancelled;
};

struct Course {
    Course* next;
    EState* statement;
    MemoryContextCallback forget;
    Firing* firings;
    Turn* turns;
    Turn* last_turn;
    TableCommand* commands;
};

// Of a statement; nullptr: it has written nothing that concerns this room.
Course* FindCourse(const EState* statement);
// Makes one where there is none.
Course* CourseOf(EState* statement);
// True if any statement has one.
bool IsAnyUnderWay();
// Frees what it keeps outside of memory. Nothing is queued any more.
void EndCourse(Course* course);

// A store of rows that lives as long as the memory, or until tuplestore_end().
Tuplestorestate* MakeStore(MemoryContext memory);

// What the command that is under way does to the table of the firing.
TableCommand* CommandOf(Firing* firing, CmdType command);
// The row event that has just been added to the firing is next.
void AddRowTurn(Firing* firing);
// In place of the turn that the same command has had, if that is still to come.
void AddStatementTurn(Firing* firing, CmdType command, uint64 fires);

// What is queued at a time, taken out of the course.
struct Cycle {
    Firing* firings;
    Turn* turns;
};
// Only of the firings that are taken.
Cycle TakeCycle(Course* course, bool (*takes)(const Firing& firing));

}  // namespace pgspan::trigger
