#include "engine/executor/row_set.h"

extern "C" {
#include "utils/hsearch.h"
}

namespace pgspan::executor {

struct RowSet {
    HTAB* rows;
};

namespace {

struct RowKey {
    int32 shard;
    BlockNumber block;
    uint32 offset;
};

}  // namespace

RowSet* MakeRowSet() {
    HASHCTL control = {};
    control.keysize = sizeof(RowKey);
    control.entrysize = sizeof(RowKey);
    control.hcxt = CurrentMemoryContext;
    auto* set = static_cast<RowSet*>(palloc(sizeof(RowSet)));
    set->rows =
        hash_create("pgspan changed rows", 1024, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    return set;
}

bool AddToSet(RowSet* set, int shard, const ItemPointerData& row) {
    const RowKey key = {shard, ItemPointerGetBlockNumberNoCheck(&row),
                        ItemPointerGetOffsetNumberNoCheck(&row)};
    bool found = false;
    hash_search(set->rows, &key, HASH_ENTER, &found);
    return !found;
}

}  // namespace pgspan::executor
