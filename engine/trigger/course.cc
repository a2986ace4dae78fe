#include "engine/trigger/course.h"

#include "engine/trigger/matching.h"

namespace pgspan::trigger {

namespace {

Course* courses = nullptr;

void Unlink(const void* course) {
    for (Course** link = &courses; *link; link = &(*link)->next) {
        if (*link != course) continue;
        *link = (*link)->next;
        return;
    }
}

template <typename Item>
void Append(Item** link, Item* item) {
    while (*link) link = &(*link)->next;
    item->next = nullptr;
    *link = item;
}

template <typename Item>
Item* Make(const Course* course) {
    return static_cast<Item*>(
        MemoryContextAllocZero(course->statement->es_query_cxt, sizeof(Item)));
}

TableCommand* MakeCommand(const Firing* firing, CmdType command) {
    Course* course = firing->course;
    // As long as the statement, in which other tables' triggers may see them.
    const MemoryContext memory = course->statement->es_query_cxt;
    auto* made = Make<TableCommand>(course);
    made->relation = RelationGetRelid(firing->relation);
    made->command = command;
    for (int i = 0; i < firing->triggers->numtriggers; i++) {
        const Trigger& trigger = firing->triggers->triggers[i];
        if ((trigger.tgtype & EventType(command)) == 0) continue;
        if (trigger.tgoldtable && !made->old_rows) made->old_rows = MakeStore(memory);
        if (trigger.tgnewtable && !made->new_rows) made->new_rows = MakeStore(memory);
    }
    made->next = course->commands;
    course->commands = made;
    return made;
}

TableCommand* FindCommand(const Course* course, Oid relation, CmdType command) {
    for (TableCommand* known = course->commands; known; known = known->next)
        if (known->relation == relation && known->command == command && !known->seen) return known;
    return nullptr;
}

Turn* AddTurn(Firing* firing) {
    auto* turn = Make<Turn>(firing->course);
    turn->firing = firing;
    if (Turn* last = firing->course->last_turn)
        last->next = turn;
    else
        firing->course->turns = turn;
    firing->course->last_turn = turn;
    return turn;
}

}  // namespace

Tuplestorestate* MakeStore(MemoryContext memory) {
    const MemoryContext outer = MemoryContextSwitchTo(memory);
    Tuplestorestate* store = tuplestore_begin_heap(true, false, work_mem);
    MemoryContextSwitchTo(outer);
    return store;
}

Course* FindCourse(const EState* statement) {
    for (Course* course = courses; course; course = course->next)
        if (course->statement == statement) return course;
    return nullptr;
}

Course* CourseOf(EState* statement) {
    if (Course* known = FindCourse(statement)) return known;
    auto* course =
        static_cast<Course*>(MemoryContextAllocZero(statement->es_query_cxt, sizeof(Course)));
    course->statement = statement;
    course->forget.func = [](void* item) { Unlink(item); };
    course->forget.arg = course;
    course->next = courses;
    courses = course;
    MemoryContextRegisterResetCallback(statement->es_query_cxt, &course->forget);
    return course;
}

bool IsAnyUnderWay() {
    return courses != nullptr;
}

void EndCourse(Course* course) {
    Unlink(course);
    for (const TableCommand* command = course->commands; command; command = command->next) {
        if (command->old_rows) tuplestore_end(command->old_rows);
        if (command->new_rows) tuplestore_end(command->new_rows);
    }
}

TableCommand* CommandOf(Firing* firing, CmdType command) {
    TableCommand*& known = firing->commands[command];
    if (!known || known->seen)
        known = FindCommand(firing->course, RelationGetRelid(firing->relation), command);
    if (!known) known = MakeCommand(firing, command);
    return known;
}

void AddRowTurn(Firing* firing) {
    Turn* turn = firing->course->last_turn;
    if (!turn || turn->firing != firing || turn->statement) turn = AddTurn(firing);
    turn->rows++;
}

void AddStatementTurn(Firing* firing, CmdType command, uint64 fires) {
    TableCommand* statement = CommandOf(firing, command);
    if (statement->completed) statement->completed->cancelled = true;
    Turn* turn = AddTurn(firing);
    turn->statement = statement;
    turn->fires = fires;
    statement->completed = turn;
}

Cycle TakeCycle(Course* course, bool (*takes)(const Firing& firing)) {
    Cycle taken = {};
    Cycle left = {};
    for (Firing* firing = std::exchange(course->firings, nullptr); firing;) {
        Firing* next = firing->next;
        Append(takes(*firing) ? &taken.firings : &left.firings, firing);
        firing = next;
    }
    Turn** taken_link = &taken.turns;
    Turn** left_link = &left.turns;
    course->last_turn = nullptr;
    for (Turn* turn = course->turns; turn; turn = turn->next) {
        Turn**& link = takes(*turn->firing) ? taken_link : left_link;
        *link = turn;
        link = &turn->next;
        if (!takes(*turn->firing)) course->last_turn = turn;
    }
    *taken_link = nullptr;
    *left_link = nullptr;
    course->firings = left.firings;
    course->turns = left.turns;
    return taken;
}

}  // namespace pgspan::trigger
