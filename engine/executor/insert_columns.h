// The columns that an INSERT of the engine's own making fills, and its SQL: how a value of each
// travels, alone or in an array of many rows.
#pragma once

#include "engine/executor/wire_format.h"
#include "engine/plan/insert_plan.h"

namespace pgspan::executor {

struct InsertColumn {
    Oid type;          // of the column
    Oid wire_type;     // of a parameter for one value; text where the type is not built in
    const char* cast;  // from that to the column's type: "::public.mood" or ""
    Oid element;       // the same for a value in an array of many rows
    const char* element_cast;
    ValueEncoder* text;  // makes an element of text; nullptr where values are elements as they are
    Oid array;           // the type of that array
    int16 length;        // of type
    bool by_value;
    int16 element_length;
    bool element_by_value;
    char element_alignment;
};

// One for each attribute of the shell.
InsertColumn* MakeInsertColumns(Oid relation, const List* attributes);

// The value as it will be in the array of many rows, copied; *bytes grows by its size.
Datum CopyElement(const InsertColumn& column, Datum value, size_t* bytes);
// That array.
Datum ArrayOf(const InsertColumn& column, Datum* values, bool* nulls, int count);

// The statement for one row; the row's parameters follow the tail's.
char* OneRowSql(const plan::InsertPlan& plan, const InsertColumn* columns);
// The statement for many rows, one array parameter a column.
char* ManyRowsSql(const plan::InsertPlan& plan, const InsertColumn* columns);
// The statement for rows that come from other nodes; the arguments of pgspan.gather (exchange.h)
// follow the tail's parameters.
char* GatherSql(const plan::InsertPlan& plan);

}  // namespace pgspan::executor
