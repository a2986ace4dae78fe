#include "control/demo/demo.h"

#include <fmt/format.h>

namespace pgspan::control {

std::string DemoScript(const Demo& demo, bool plain) {
    std::string script = fmt::format("\\set ON_ERROR_STOP on\nBEGIN;\n{}", demo.schema);
    if (!plain) script += demo.distribute;
    for (const DemoTable& table : demo.tables) {
        script += fmt::format("COPY {} FROM STDIN;\n{}\\.\n", table.name, table.data);
    }
    for (const std::string& statement : demo.after) script += statement + ";\n";
    script += "COMMIT;\n";
    for (const DemoTable& table : demo.tables) script += fmt::format("ANALYZE {};\n", table.name);
    return script;
}

}  // namespace pgspan::control
