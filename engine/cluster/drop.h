// Dropping what belongs to a table lives in the room ddl, whose handlers need it too and may not
// include this room.
#pragma once

#include "engine/ddl/forget_table.h"

namespace pgspan::cluster {

using ddl::ForgetTable;

}  // namespace pgspan::cluster
