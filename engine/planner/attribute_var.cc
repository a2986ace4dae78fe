#include "engine/planner/attribute_var.h"

#include "engine/planner/upper_level.h"

extern "C" {
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"
}

namespace pgspan::planner {

Var* AttributeVar(Oid relation, int varno, AttrNumber attribute, Index levels_up) {
    Oid type = InvalidOid;
    int32 typmod = -1;
    Oid collation = InvalidOid;
    get_atttypetypmodcoll(relation, attribute, &type, &typmod, &collation);
    return makeVar(varno, attribute, type, typmod, collation, levels_up);
}

Node* RowOfColumns(Oid relation, int varno, Index levels_up) {
    return reinterpret_cast<Node*>(MakeRow(relation, [&](AttrNumber attribute) {
        return reinterpret_cast<Node*>(AttributeVar(relation, varno, attribute, levels_up));
    }));
}

}  // namespace pgspan::planner
