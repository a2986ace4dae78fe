#include "engine/trigger/reference_check.h"

#include "engine/metadata/foreign_keys.h"
#include "engine/pg/entry.h"
#include "engine/pg/owner.h"

extern "C" {
#include "access/tableam.h"
#include "catalog/pg_operator.h"
#include "commands/trigger.h"
#include "executor/spi.h"
}

namespace pgspan::trigger {

namespace {

bool IsAlive(Relation, TupleTableSlot*, Snapshot) {
    return true;
}

char* QualifiedOperator(Oid id) {
    const HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(id));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for operator %u", id);
    const auto* form = reinterpret_cast<Form_pg_operator>(GETSTRUCT(tuple));
    char* name =
        psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)),
                 NameStr(form->oprname));
    ReleaseSysCache(tuple);
    return name;
}

// Whether a row of the table has the key of this one, by the equality of the foreign key.
bool IsThere(Relation relation, Oid constraint, TupleTableSlot* row) {
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    // In SPI's memory, which goes with it: this is done for each row.
    const metadata::ForeignKey key = metadata::ReadForeignKey(constraint);
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT 1 FROM ONLY %s x WHERE true",
                     quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
                                                RelationGetRelationName(relation)));
    Oid types[INDEX_MAX_KEYS];
    Datum values[INDEX_MAX_KEYS];
    int count = 0;
    for (int i = 0; i < key.column_count; i++) {
        const Form_pg_attribute column =
            TupleDescAttr(RelationGetDescr(relation), key.columns[i] - 1);
        bool is_null = false;
        const Datum value = slot_getattr(row, key.columns[i], &is_null);
        const char* name = quote_identifier(NameStr(column->attname));
        if (is_null) {
            appendStringInfo(&sql, " AND x.%s IS NULL", name);
            continue;
        }
        types[count] = column->atttypid;
        values[count++] = value;
        appendStringInfo(&sql, " AND x.%s %s $%d", name, QualifiedOperator(key.own_equality[i]),
                         count);
    }
    const pg::UserSwitch caller = pg::BecomeOwnerOf(RelationGetRelid(relation));
    pg::IgnoreForcedPolicies();
    const int code = SPI_execute_with_args(sql.data, count, types, values, nullptr, false, 1);
    if (code != SPI_OK_SELECT)
        elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(code));
    const bool found = SPI_processed > 0;
    pg::ReturnToUser(caller);
    SPI_finish();
    return found;
}

// A version of the row as its transaction left it before this one.
TupleTableSlot* OldVersion(const Firing* firing, TupleTableSlot* row) {
    const HeapTuple tuple = TupleOf(firing, row);
    HeapTupleHeaderSetXmin(tuple->t_data, FrozenTransactionId);
    TupleTableSlot* slot =
        MakeSingleTupleTableSlot(RelationGetDescr(firing->relation), &TTSOpsHeapTuple);
    return ExecStoreHeapTuple(tuple, slot, false);
}

}  // namespace

bool NeedsCheck(Firing* firing, int index, TupleTableSlot* old_row, TupleTableSlot* new_row) {
    TupleTableSlot* version = OldVersion(firing, old_row);
    const bool needed = RI_FKey_fk_upd_check_required(&firing->triggers->triggers[index],
                                                      firing->relation, version, new_row);
    ExecDropSingleTupleTableSlot(version);
    return needed;
}

void CheckReference(Firing* firing, int index, TriggerData* data, bool may_be_gone) {
    const Trigger& trigger = firing->triggers->triggers[index];
    TupleTableSlot* row = data->tg_newslot ? data->tg_newslot : data->tg_trigslot;
    if (may_be_gone && !IsThere(firing->relation, trigger.tgconstraint, row)) return;
    TableAmRoutine storage = *firing->relation->rd_tableam;
    storage.tuple_satisfies_snapshot = IsAlive;
    RelationData shown = *firing->relation;
    shown.rd_tableam = &storage;
    data->tg_relation = &shown;
    Call(firing, index, data);
    data->tg_relation = firing->relation;
}

}  // namespace pgspan::trigger
