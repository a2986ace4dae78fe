// INSERT and UPDATE through views WITH CHECK OPTION: the nodes return, with each row that they have
// written, whether it fulfils the conditions of the views, and the scan raises PostgreSQL's error
// (44000) for the first that does not, which undoes the statement.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// The conditions of a write, taken out of it and added to its RETURNING; raises 0A000 for those of
// row-level security. What is returned goes to CheckViews.
struct ViewChecks {
    List* options;    // of WithCheckOption; NIL: nothing is to be checked
    List* returning;  // what the user wants returned
};
ViewChecks TakeViewChecks(Query* query);

// Lets the plan of the changed query check its rows and return what the user wants. Raises 0A000 if
// it is none of a single scan.
PlannedStmt* CheckViews(PlannedStmt* statement, const ViewChecks& checks);

}  // namespace pgspan::planner
