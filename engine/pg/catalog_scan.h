// Rows of PostgreSQL's own catalogs that are found by one OID, for what no system cache finds.
// Called by every room that looks into them.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "utils/fmgroids.h"
}

namespace pgspan::pg {

// Calls visit(row, tuple) for each row whose column has the value; Row is a Form_pg_…. The row and
// its tuple are gone when visit returns. index: one that begins with the column; InvalidOid where
// the catalog has none, and is read as a whole.
template <typename Row, typename Visit>
void EachCatalogRow(Oid catalog, Oid index, AttrNumber column, Oid value, Visit&& visit) {
    const Relation relation = table_open(catalog, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(value));
    const SysScanDesc scan =
        systable_beginscan(relation, index, OidIsValid(index), nullptr, 1, &key);
    while (const HeapTuple tuple = systable_getnext(scan))
        visit(reinterpret_cast<Row>(GETSTRUCT(tuple)), tuple);
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
}

}  // namespace pgspan::pg
