// Types whose values name catalog objects by OIDs, which are others on every node.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "catalog/pg_type.h"
}

namespace pgspan::pg {

inline bool NamesObjectsByOid(Oid type) {
    switch (type) {
    case REGCLASSOID:
    case REGCOLLATIONOID:
    case REGCONFIGOID:
    case REGDICTIONARYOID:
    case REGNAMESPACEOID:
    case REGOPEROID:
    case REGOPERATOROID:
    case REGPROCOID:
    case REGPROCEDUREOID:
    case REGROLEOID:
    case REGTYPEOID:
        return true;
    default:
        return false;
    }
}

}  // namespace pgspan::pg
