// The maintenance of a cluster that needs no user: finishing prepared transactions.
//
// A launcher, one for each server, starts a short-lived worker for each database every
// pgspan.maintenance_interval; the worker does one pass where the extension exists and other nodes
// are known. Nothing runs on a standby. Whatever fails is tried again by the next pass.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::background {

// Defines the settings and registers the launcher; called once from _PG_init.
void Initialize();

}  // namespace pgspan::background
