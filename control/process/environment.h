// The environment, as far as it is PostgreSQL's: libpq takes from variables what it is not told,
// and a user's are meant for the user's other servers. Server nodes are found by what the cluster's
// description says, and by nothing else.
#pragma once

#include <initializer_list>
#include <string_view>

namespace pgspan::control {

// Removes from this process's environment every variable whose name begins with PG, except those
// named here, pgspan's own (PGSPAN_...) and those of PostgreSQL's look (PG_COLOR, PG_COLORS).
void ForgetPostgresVariables(std::initializer_list<std::string_view> kept);

}  // namespace pgspan::control
