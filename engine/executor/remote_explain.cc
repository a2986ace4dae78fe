#include "engine/executor/remote_explain.h"

#include "engine/executor/late_errors.h"
#include "engine/plan/task_planning.h"
#include "engine/transaction/remote_transaction.h"

extern "C" {
#include "executor/spi.h"
}

namespace pgspan::executor {

namespace {

const char* FormatName(ExplainFormat format) {
    switch (format) {
    case EXPLAIN_FORMAT_XML:
        return "XML";
    case EXPLAIN_FORMAT_JSON:
        return "JSON";
    case EXPLAIN_FORMAT_YAML:
        return "YAML";
    default:
        return "TEXT";
    }
}

const char* OnOff(bool value) {
    return value ? "on" : "off";
}

char* ExplainSql(const char* sql, bool analyze, const ExplainState* es) {
    StringInfoData out;
    initStringInfo(&out);
    appendStringInfo(&out, "EXPLAIN (ANALYZE %s, VERBOSE %s, COSTS %s, SETTINGS %s, BUFFERS %s",
                     OnOff(analyze), OnOff(es->verbose), OnOff(es->costs), OnOff(es->settings),
                     OnOff(es->buffers));
    if (analyze) appendStringInfo(&out, ", TIMING %s, WAL %s", OnOff(es->timing), OnOff(es->wal));
    appendStringInfo(&out, ", SUMMARY %s, FORMAT %s) %s", OnOff(analyze && es->summary),
                     FormatName(es->format), sql);
    return out.data;
}

void AppendLine(StringInfo out, const char* line) {
    if (line == nullptr) return;
    if (out->len > 0) appendStringInfoChar(out, '\n');
    appendStringInfoString(out, line);
}

void ReadRemotely(const Task& task, const ParameterSet& parameters, const char* sql,
                  StringInfo out) {
    connection::Connection* connection = connection::ForGroup(task.group_id);
    transaction::Join(connection, transaction::Access::kRead);
    connection::Reader reader;
    connection::Send(connection, MakeStatement(sql, parameters), &reader);
    PGresult* row = nullptr;
    while (connection::FetchRowWaiting(connection, &row)) AppendLine(out, PQgetvalue(row, 0, 0));
}

void ReadHere(const ParameterSet& parameters, const char* sql, StringInfo out) {
    ParamListInfo list = MakeLocalParameters(parameters);
    const int count = list ? list->numParams : 0;
    auto* types = static_cast<Oid*>(palloc(sizeof(Oid) * (count + 1)));
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1)));
    auto* nulls = static_cast<char*>(palloc(count + 1));
    for (int i = 0; i < count; i++) {
        types[i] = list->params[i].ptype;
        values[i] = list->params[i].value;
        nulls[i] = list->params[i].isnull ? 'n' : ' ';
    }
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    plan::PlanAsTask([&] {
        plan::task_text = sql;
        const int code = SPI_execute_with_args(sql, count, types, values, nulls, false, 0);
        if (code < 0) elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(code));
    });
    for (uint64 i = 0; i < SPI_processed; i++)
        AppendLine(out, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
    SPI_finish();
}

// Each line of text on a line of its own, set in by the current indentation plus deeper.
void AppendIndented(ExplainState* es, const char* text, int deeper, bool newline_before) {
    while (*text != '\0') {
        const auto length = static_cast<int>(strcspn(text, "\n"));
        if (newline_before) appendStringInfoChar(es->str, '\n');
        appendStringInfoSpaces(es->str, es->indent * 2 + deeper);
        appendBinaryStringInfo(es->str, text, length);
        if (!newline_before) appendStringInfoChar(es->str, '\n');
        text += length;
        if (*text == '\n') text++;
    }
}

// A structured document without its first and last lines: "[" and "]", "<explain …>" and
// "</explain>".
char* Inside(char* document) {
    char* first = strchr(document, '\n');
    char* last = strrchr(document, '\n');
    if (first == nullptr || last == first) return document;
    *last = '\0';
    return first + 1;
}

void AppendPlan(char* plan, ExplainState* es) {
    if (es->format == EXPLAIN_FORMAT_TEXT) {
        appendStringInfoSpaces(es->str, es->indent * 2);
        appendStringInfoString(es->str, "Remote Plan:\n");
        AppendIndented(es, plan, 2, false);
        return;
    }
    ExplainOpenGroup("Remote Plan", "Remote Plan", false, es);
    switch (es->format) {
    case EXPLAIN_FORMAT_JSON:
        // The document's own indentation of two spaces is the list's.
        es->indent--;
        AppendIndented(es, Inside(plan), 0, true);
        es->indent++;
        break;
    case EXPLAIN_FORMAT_XML:
        es->indent--;
        AppendIndented(es, Inside(plan), 0, false);
        es->indent++;
        break;
    default:
        AppendIndented(es, plan, 0, true);
    }
    ExplainCloseGroup("Remote Plan", "Remote Plan", false, es);
}

}  // namespace

void AddRemotePlan(const Task& task, const ParameterSet& parameters, bool analyze,
                   ExplainState* es) {
    const char* sql = ExplainSql(task.sql, analyze, es);
    StringInfoData plan;
    initStringInfo(&plan);
    if (task.is_local)
        ReadHere(parameters, WithLateErrors(sql, parameters), &plan);
    else
        ReadRemotely(task, parameters, sql, &plan);
    AppendPlan(plan.data, es);
}

}  // namespace pgspan::executor
