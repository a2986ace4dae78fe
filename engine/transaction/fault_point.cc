#include "engine/transaction/fault_point.h"

#include <csignal>
#include <unistd.h>

namespace pgspan::transaction {

namespace {
char* fault_point = nullptr;
}

bool FaultPointIsSet(const char* name) {
    return fault_point && fault_point[0] && strcmp(fault_point, name) == 0;
}

void FaultPoint(const char* name) {
    if (FaultPointIsSet(name)) kill(getpid(), SIGKILL);
}

void DefineFaultPointSetting() {
    DefineCustomStringVariable(
        "pgspan.fault_point", "Place at which the backend kills itself, for tests.", nullptr,
        &fault_point, "", PGC_SUSET, GUC_NOT_IN_SAMPLE | GUC_NO_SHOW_ALL | GUC_SUPERUSER_ONLY,
        nullptr, nullptr, nullptr);
}

}  // namespace pgspan::transaction
