// Who has asked SPI for the query that runs.
#pragma once

namespace pgspan::pg {

// True if it is a function or DO block of PL/pgSQL.
bool CalledByPlpgsql();

}  // namespace pgspan::pg
