// The settings of extensions and users (prefix.name) that this session has given a value: by SET, a
// function's SET clause, its role, its database or its client. Those of the configuration file and
// of pgspan itself are not among them.
//
// Noticing a change costs a comparison for each setting with such a name, set or not. From
// PostgreSQL 16 on, a name that is first used inside a statement is noticed by the next one.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

struct CustomSetting {
    const char* name;
    const char* value;  // as set_config takes it
};

// Grows by one whenever one of them has changed since the last call.
uint64 CustomSettingsVersion();
// Those that the current user may set elsewhere; List of CustomSetting*, palloc'd.
List* CustomSettings();

}  // namespace pgspan::pg
