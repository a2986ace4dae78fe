// A command on one node as part of the current transaction, by hand: for administrators, and for
// tests of savepoints, commits and cancellation.
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/transaction/remote_transaction.h"

PGSPAN_FUNCTION(pgspan_execute_on_group) {
    using namespace pgspan;
    if (!superuser())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("must be superuser to execute commands on other nodes"));
    const int32 group_id = PG_GETARG_INT32(0);
    const char* command = text_to_cstring(PG_GETARG_TEXT_PP(1));
    const bool write = PG_GETARG_BOOL(2);
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    connection::Connection* c = connection::ForGroup(group_id);
    transaction::Join(c, write ? transaction::Access::kWrite : transaction::Access::kRead);
    int columns = 0;
    for (char** row : pg::Each<char*>(connection::Query(c, command, &columns))) {
        bool is_null = columns == 0 || row[0] == nullptr;
        Datum value = is_null ? Datum{0} : CStringGetTextDatum(row[0]);
        tuplestore_putvalues(result->setResult, result->setDesc, &value, &is_null);
    }
    PG_RETURN_NULL();
}
