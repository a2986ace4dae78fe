// Which of PostgreSQL's functions that have no OIDs as arguments answer by the catalogs, files or
// settings of the server at hand, or by its session, by the names of every version.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "catalog/pg_proc.h"
}

namespace pgspan::pg {

// Of the volatile ones it is all but those that wait: what is not chance looks into the server, or
// changes something there. Of the others it is those that are named here.
inline bool TellsOfServer(Oid function, char volatility) {
    switch (function) {
    case F_PG_SLEEP:
    case F_PG_SLEEP_FOR:
    case F_PG_SLEEP_UNTIL:
        return false;
    // Rights
    case F_HAS_ANY_COLUMN_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_ANY_COLUMN_PRIVILEGE_TEXT_TEXT:
    case F_HAS_COLUMN_PRIVILEGE_NAME_TEXT_INT2_TEXT:
    case F_HAS_COLUMN_PRIVILEGE_NAME_TEXT_TEXT_TEXT:
    case F_HAS_COLUMN_PRIVILEGE_TEXT_INT2_TEXT:
    case F_HAS_COLUMN_PRIVILEGE_TEXT_TEXT_TEXT:
    case F_HAS_DATABASE_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_DATABASE_PRIVILEGE_TEXT_TEXT:
    case F_HAS_FOREIGN_DATA_WRAPPER_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_FOREIGN_DATA_WRAPPER_PRIVILEGE_TEXT_TEXT:
    case F_HAS_FUNCTION_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_FUNCTION_PRIVILEGE_TEXT_TEXT:
    case F_HAS_LANGUAGE_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_LANGUAGE_PRIVILEGE_TEXT_TEXT:
    case F_HAS_PARAMETER_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_PARAMETER_PRIVILEGE_TEXT_TEXT:
    case F_HAS_SCHEMA_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_SCHEMA_PRIVILEGE_TEXT_TEXT:
    case F_HAS_SEQUENCE_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_SEQUENCE_PRIVILEGE_TEXT_TEXT:
    case F_HAS_SERVER_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_SERVER_PRIVILEGE_TEXT_TEXT:
    case F_HAS_TABLE_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_TABLE_PRIVILEGE_TEXT_TEXT:
    case F_HAS_TABLESPACE_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_TABLESPACE_PRIVILEGE_TEXT_TEXT:
    case F_HAS_TYPE_PRIVILEGE_NAME_TEXT_TEXT:
    case F_HAS_TYPE_PRIVILEGE_TEXT_TEXT:
    case F_PG_HAS_ROLE_NAME_NAME_TEXT:
    case F_PG_HAS_ROLE_NAME_TEXT:
    case F_ROW_SECURITY_ACTIVE_TEXT:
    // Objects by their names
    case F_PG_GET_OBJECT_ADDRESS:
    case F_PG_GET_PUBLICATION_TABLES:
    case F_PG_GET_SERIAL_SEQUENCE:
    case F_PG_REPLICATION_ORIGIN_OID:
    case F_TS_DEBUG_TEXT:
    case F_TS_PARSE_TEXT_TEXT:
    case F_TS_TOKEN_TYPE_TEXT:
    // OIDs inside other values
    case F_ACLDEFAULT:
    case F_ACLEXPLODE:
    case F_MAKEACLITEM:
    case F_OIDVECTORTYPES:
    case F_PG_GET_CATALOG_FOREIGN_KEYS:
    // Settings: some of the session's, and all of the server's, are others on the nodes.
    case F_CURRENT_SETTING_TEXT:
    case F_CURRENT_SETTING_TEXT_BOOL:
    case F_PG_SETTINGS_GET_FLAGS:
    case F_PG_SHOW_ALL_SETTINGS:
    // The installation and its state
    case F_MXID_AGE:
    case F_PG_AVAILABLE_EXTENSION_VERSIONS:
    case F_PG_AVAILABLE_EXTENSIONS:
    case F_PG_EXTENSION_UPDATE_PATHS:
    case F_PG_GET_REPLICATION_SLOTS:
        return true;
    default:
        return volatility == PROVOLATILE_VOLATILE;
    }
}

}  // namespace pgspan::pg
