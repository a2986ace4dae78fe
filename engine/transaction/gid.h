// The name of a prepared transaction: "pgspan_<origin>_<xid>_<number>_<pid>_<holder>_<decider>". It
// says who began it, on which node it lies, and which node knows what becomes of it.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::transaction {

inline constexpr int kGidSize = 128;

struct Gid {
    int32 origin;   // group of the node at which the transaction was begun
    uint64 xid;     // the full xid there: while it is in progress nobody else may finish the parts
    uint64 number;  // random: a crash may forget xids, and nobody is to take the name beforehand
    int32 pid;      // of the session there; 0 once the user has prepared the whole
    int32 holder;   // group of the node on which this part is prepared
    int32 decider;  // group of the node whose commit commits all parts
};

// Writes the name into text of kGidSize bytes.
void FormatGid(const Gid& gid, char* text);
// False if the text is no such name, or more than it.
[[nodiscard]] bool ParseGid(const char* text, Gid* gid);
// A number for a part.
[[nodiscard]] uint64 NextPartNumber();

}  // namespace pgspan::transaction
