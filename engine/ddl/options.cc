#include "engine/ddl/options.h"

#include "engine/pg/list.h"

extern "C" {
#include "commands/defrem.h"
}

namespace pgspan::ddl {

char* OptionList(const List* options) {
    StringInfoData text;
    initStringInfo(&text);
    for (auto* option : pg::Each<DefElem>(options)) {
        appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : " (",
                         quote_identifier(option->defname));
        if (!option->arg) continue;
        if (IsA(option->arg, Integer))
            appendStringInfo(&text, " %d", intVal(option->arg));
        else
            appendStringInfo(&text, " %s", quote_literal_cstr(defGetString(option)));
    }
    if (text.len > 0) appendStringInfoChar(&text, ')');
    return text.data;
}

}  // namespace pgspan::ddl
