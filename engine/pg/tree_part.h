// What the target's entry of a write says of the statement of which that write is a part, when the
// statement names another table of the target's tree (planner/split_write.h). It stands in fields
// of which PostgreSQL makes no use in a relation's entry, and which it keeps in plans.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

struct TreePart {
    Oid named;        // the table that the statement names; InvalidOid: the write is no part
    CmdType command;  // the statement's
    bool may_leave;   // rows that it changes may have to leave their table: these are returned
    bool returns;     // so are the others
    bool departs;  // its rows move to other tables: they are deleted and returned, as they are to
                   // be and as they were (planner/split_moves.cc)
};

// Beside the command.
inline constexpr int kMayLeave = 1 << 8;
inline constexpr int kReturns = 1 << 9;
inline constexpr int kDeparts = 1 << 10;

inline void MarkTreePart(RangeTblEntry* rte, const TreePart& part) {
    rte->ctelevelsup = part.named;
    rte->joinmergedcols = static_cast<int>(part.command) | (part.may_leave ? kMayLeave : 0) |
                          (part.returns ? kReturns : 0) | (part.departs ? kDeparts : 0);
}

inline TreePart TreePartOf(const RangeTblEntry* rte) {
    if (rte->rtekind != RTE_RELATION) return {};
    return {rte->ctelevelsup, static_cast<CmdType>(rte->joinmergedcols & (kMayLeave - 1)),
            (rte->joinmergedcols & kMayLeave) != 0, (rte->joinmergedcols & kReturns) != 0,
            (rte->joinmergedcols & kDeparts) != 0};
}

}  // namespace pgspan::pg
