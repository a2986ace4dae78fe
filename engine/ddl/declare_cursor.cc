// DECLARE: a cursor shows the data as it was when it was declared, however late it is read.
#include "engine/ddl/handlers.h"
#include "engine/executor/statement_reads.h"

namespace pgspan::ddl {

void HandleDeclareCursor(const Statement& statement) {
    RunStandard(statement);
    executor::StartOpenReads();
}

}  // namespace pgspan::ddl
