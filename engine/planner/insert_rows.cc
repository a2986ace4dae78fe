#include "engine/planner/insert_rows.h"

#include "engine/pg/list.h"
#include "engine/planner/planner.h"

extern "C" {
#include "access/table.h"
#include "nodes/makefuncs.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

using pg::Each;

RangeTblEntry* SourceOf(const Query* query) {
    if (query->jointree->fromlist == NIL) return nullptr;
    auto* source = static_cast<Node*>(linitial(query->jointree->fromlist));
    // What a MERGE inserts may come from a join.
    if (!IsA(source, RangeTblRef)) return nullptr;
    return rt_fetch(reinterpret_cast<RangeTblRef*>(source)->rtindex, query->rtable);
}

Query* RowsQuery(const Query* query) {
    auto* rows = static_cast<Query*>(copyObjectImpl(query));
    rows->commandType = CMD_SELECT;
    rows->resultRelation = 0;
    rows->onConflict = nullptr;
    rows->returningList = NIL;
    rows->override = OVERRIDING_NOT_SET;
    AttrNumber number = 0;
    for (auto* entry : Each<TargetEntry>(rows->targetList)) entry->resno = ++number;
    // INSERT's source is no FROM entry to the deparser.
    if (RangeTblEntry* source = SourceOf(rows)) source->inFromCl = true;
    return rows;
}

void EnsureOneColumn(Query* query, const metadata::Table& table) {
    if (query->targetList != NIL) return;
    AttrNumber attribute = table.IsHash() ? table.distribution_column : InvalidAttrNumber;
    const Relation relation = table_open(table.relation, NoLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    for (AttrNumber i = 1; attribute == InvalidAttrNumber && i <= descriptor->natts; i++)
        if (!TupleDescAttr(descriptor, i - 1)->attisdropped &&
            !TupleDescAttr(descriptor, i - 1)->attgenerated)
            attribute = i;
    if (attribute == InvalidAttrNumber)
        RefuseFeature("INSERT into a table without columns", nullptr);
    const Form_pg_attribute column = TupleDescAttr(descriptor, attribute - 1);
    query->targetList = pg::MakeList(
        makeTargetEntry(reinterpret_cast<Expr*>(makeNullConst(column->atttypid, column->atttypmod,
                                                              column->attcollation)),
                        attribute, pstrdup(NameStr(column->attname)), false));
    table_close(relation, NoLock);
}

}  // namespace pgspan::planner
