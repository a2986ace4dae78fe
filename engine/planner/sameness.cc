#include "engine/planner/sameness.h"

#include "engine/pg/walk.h"

extern "C" {
#include "access/nbtree.h"
#include "catalog/pg_type.h"
#include "utils/typcache.h"
}

namespace pgspan::planner {

namespace {

bool NamesUnlikeEquals(Node* node) {
    return pg::WalkNode(node, [](Node* n, auto&& descend) {
        return IsA(n, Var) || IsA(n, PlaceHolderVar) ? !EqualMeansSame(n) : descend(n);
    });
}

}  // namespace

bool EqualMeansSame(Node* expression) {
    const TypeCacheEntry* type =
        lookup_type_cache(getBaseType(exprType(expression)), TYPECACHE_BTREE_OPFAMILY);
    // Trailing blanks are no part of its values, but of those without a length.
    if (type->type_id == BPCHAROID && exprTypmod(expression) < 0) return false;
    if (!OidIsValid(type->btree_opf)) return false;
    const Oid says = get_opfamily_proc(type->btree_opf, type->btree_opintype, type->btree_opintype,
                                       BTEQUALIMAGE_PROC);
    return OidIsValid(says) &&
           DatumGetBool(OidFunctionCall1Coll(says, exprCollation(expression),
                                             ObjectIdGetDatum(type->btree_opintype)));
}

bool TellsEqualsApart(Node* expressions) {
    return pg::WalkNode(expressions, [](Node* node, auto&& descend) {
        if (IsA(node, TargetEntry) && IsA(reinterpret_cast<TargetEntry*>(node)->expr, Var))
            return false;
        if (IsA(node, Var) || IsA(node, PlaceHolderVar) || IsA(node, SubLink))
            return NamesUnlikeEquals(node);
        return descend(node);
    });
}

}  // namespace pgspan::planner
