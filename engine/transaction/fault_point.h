// Developer aid: the places of a transaction's end at which tests let a backend die.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::transaction {

// True if pgspan.fault_point names this place.
bool FaultPointIsSet(const char* name);
// Kills this backend with SIGKILL if pgspan.fault_point names this place.
void FaultPoint(const char* name);
void DefineFaultPointSetting();

}  // namespace pgspan::transaction
