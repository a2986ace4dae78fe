// The utility hook: DDL, COPY, VACUUM and the like on distributed and reference tables. engine.cc
// installs it.
#pragma once

namespace pgspan::ddl {

// Installs ProcessUtility_hook and object_access_hook; called once from _PG_init.
void Initialize();

}  // namespace pgspan::ddl
