// The variables behind PostgreSQL's settings, for code that must notice a change without the price
// of asking by name.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// A setting found once; it stays valid for the life of the process.
struct SettingVariable {
    const char* name;
    const char* const* text;  // string settings; else nullptr
    const int* number;        // integers and enums
    const bool* flag;         // booleans
};

// Raises XX000 if there is no such setting (name in PostgreSQL's own spelling), or if it is a real
// number.
SettingVariable FindSettingVariable(const char* name);

// Puts a check of one's own in place of that of a string setting, which is returned to be called by
// it. From _PG_init, so that every session has it.
GucStringCheckHook ReplaceCheck(const char* name, GucStringCheckHook check);

}  // namespace pgspan::pg
